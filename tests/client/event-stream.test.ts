import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventStreamParser, readEventStream, type ServerSentEvent } from '../../client/src/event-stream.js';

const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const text = fc.string({ unit: 'grapheme' }).map((value) => value.replace(/[\r\n]/g, ''));
const noise = fc.oneof(
  text.map((comment) => `:${comment}`),
  fc.constantFrom('id: 3', 'retry: 10', 'unheard of', 'dat: a', 'id'),
);

/** A message in any form a server may use: either line end, with or without a space, with irrelevant lines. */
const message = fc
  .record({
    event: fc.option(text.filter((name) => name !== '')),
    data: fc.array(text, { minLength: 1, maxLength: 3 }),
    between: noise,
    end: lineEnd,
  })
  .map(({ event, data, between, end }) => ({
    written: [
      ...(event === null ? [] : [`event: ${event}`]),
      between,
      ...data.map((line) => `data: ${line}`),
      '',
      '',
    ].join(end),
    read: { event: event ?? 'message', data: data.join('\n') },
  }));

/** A byte stream cut at the given places, also inside characters and line ends. */
function streamOf(written: string, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(written);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return new ReadableStream({
    start: (controller) => {
      for (const [i, end] of ends.entries()) controller.enqueue(bytes.slice(ends[i - 1] ?? 0, end));
      controller.close();
    },
  });
}

async function read(stream: ReadableStream<Uint8Array>, silentMs = 10_000): Promise<ServerSentEvent[]> {
  const messages: ServerSentEvent[] = [];
  for await (const each of readEventStream(stream, silentMs)) messages.push(each);
  return messages;
}

describe('an event stream', () => {
  it('is read the same with any chunks and line ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message), fc.array(fc.nat(), { maxLength: 8 }), async (messages, cuts) => {
        const written = messages.map((each) => each.written).join('');
        expect(await read(streamOf(written, cuts))).toEqual(messages.map((each) => each.read));
      }),
    );
  });

  it.each([
    ['a message of several lines', 'data: a\ndata:b\ndata:  c\n\n', [{ event: 'message', data: 'a\nb\n c' }]],
    ['a name without data', 'event: complete\n\n', [{ event: 'complete', data: '' }]],
    ['empty data', 'event: complete\ndata:\n\n', [{ event: 'complete', data: '' }]],
    ['a comment, which is no message', ':\n\n: ping\n\n', []],
    ['a byte order mark', '\uFEFFdata: a\n\n', [{ event: 'message', data: 'a' }]],
    ['a message that was cut off, which is none', 'data: a\n\ndata: b\n', [{ event: 'message', data: 'a' }]],
    [
      'a name that does not reach the next message',
      'event: a\n\ndata: b\n\n',
      [
        { event: 'a', data: '' },
        { event: 'message', data: 'b' },
      ],
    ],
  ])('has %s', (_, written, messages) => {
    expect(createEventStreamParser()(written)).toEqual(messages);
    const parse = createEventStreamParser();
    expect(Array.from(written).flatMap((character) => parse(character))).toEqual(messages);
  });

  it('delivers a message with its last byte, not with the next message', () => {
    const parse = createEventStreamParser();
    expect(parse('data: a\n')).toEqual([]);
    expect(parse('\n')).toEqual([{ event: 'message', data: 'a' }]);
  });

  it('is given up if silent for too long', async () => {
    let isCancelled = false;
    const silent = new ReadableStream<Uint8Array>({ cancel: () => void (isCancelled = true) });
    await expect(read(silent, 5)).rejects.toThrow('no data received for 0.005 seconds');
    expect(isCancelled).toBe(true);
  });
});
