import sharp from 'sharp';
import { eventFields, overWebSocket, readEvents, type SubscribedEvent } from './server.js';

/** A generation as seen by its subscriber. */
export interface Seen {
  readonly id: string;
  readonly events: readonly SubscribedEvent[];
  /** From GenerationStarted, per picture; null if unknown. */
  readonly known: readonly (number | null)[][];
  readonly steps: readonly SeenStep[];
  /** The finished pictures; empty if it did not complete. */
  readonly pictures: readonly { tokens: number[]; width: number; url: string; seed: number }[];
}

export interface SeenStep {
  readonly step: number;
  readonly totalSteps: number;
  readonly images: readonly { positions: number[]; tokens: number[]; decoded: number }[];
}

const subscription = `subscription ($input: GenerateInput!) { generate(input: $input) {
  ${eventFields} ... on GenerationStarted { known { values } }
} }`;

/** Draws to the end, or until `onEvent` returns false. */
export async function draw(
  url: string,
  input: object,
  onEvent?: (event: SubscribedEvent) => boolean | undefined,
): Promise<Seen> {
  const variables = { input: { preview: { mode: 'NONE' }, ...input } };
  const events = await readEvents(overWebSocket(url, subscription, variables), onEvent);
  const started = events.find(({ __typename }) => __typename === 'GenerationStarted');
  const completed = events.find(({ __typename }) => __typename === 'GenerationCompleted') as
    { images: { seed: number; grid: { values: number[] }; image: { width: number; url: string } }[] } | undefined;
  return {
    id: events[0]?.generation.id ?? '',
    events,
    known: ((started?.known ?? []) as { values: (number | null)[] }[]).map(({ values }) => values),
    steps: events.filter(({ __typename }) => __typename === 'StepDecoded') as unknown as SeenStep[],
    pictures: (completed?.images ?? []).map(({ seed, grid, image }) => ({ seed, tokens: grid.values, ...image })),
  };
}

/** A PNG in RGB whose pixels all differ slightly. */
export async function photo(width: number, height = width): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return [(x * 255) / width, (y * 255) / height, 128 + 90 * Math.sin((x + y) / 9)][i % 3] ?? 0;
  });
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** White where it paints, black elsewhere. */
export async function maskFile(
  width: number,
  height: number,
  isPainted: (x: number, y: number) => boolean,
): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: width * height }, (_, at) =>
    isPainted(at % width, Math.floor(at / width)) ? 255 : 0,
  );
  return sharp(pixels, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}

export const inline = (file: Buffer) => ({ dataUri: `data:image/png;base64,${file.toString('base64')}` });

export async function rgbOf(file: Uint8Array): Promise<Uint8Array> {
  return sharp(file).removeAlpha().raw().toBuffer();
}
