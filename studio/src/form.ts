import type { GenerateInput, Model, OrderKind, PreviewMode, ScheduleKind, SourceInput } from 'randar-client';

/** The values of the controls, as typed; empty means the model's default. */
export interface Form {
  /** A model id; empty for the default. */
  readonly model: string;
  /** The name of the chosen label. */
  readonly label: string;
  readonly seed: string;
  readonly count: string;
  readonly steps: string;
  readonly order: OrderKind | '';
  readonly schedule: ScheduleKind;
  readonly guidanceStart: string;
  readonly guidanceEnd: string;
  readonly temperature: string;
  readonly topK: string;
  readonly topP: string;
  readonly preview: PreviewMode;
  readonly size: '1' | '2';
}

export const initialForm: Form = {
  model: '',
  label: '',
  seed: '',
  count: '1',
  steps: '',
  order: '',
  schedule: 'COSINE',
  guidanceStart: '',
  guidanceEnd: '',
  temperature: '',
  topK: '',
  topP: '',
  preview: 'MOSAIC',
  size: '1',
};

/**
 * Defaults needed where an empty field must be sent explicitly: one end of the guidance, or an order to compare with.
 */
export type FormDefaults = Pick<
  Model['defaults'],
  'order' | 'guidanceStart' | 'guidanceEnd' | 'guidanceCurve' | 'guidancePower'
>;

/** Converts the form to an input. Fields left empty are omitted, so that the server's defaults apply. */
export function inputOf(form: Form, seed: number, defaults: FormDefaults, source?: SourceInput): GenerateInput {
  return {
    ...(form.model === '' ? {} : { model: form.model }),
    label: { name: form.label },
    seed,
    ...(Number(form.count) === 1 ? {} : { count: Number(form.count) }),
    ...numbers(form, ['steps', 'temperature', 'topK', 'topP']),
    ...(form.order === '' || form.order === defaults.order ? {} : { order: { kind: form.order } }),
    ...(form.schedule === 'COSINE' ? {} : { schedule: { kind: form.schedule } }),
    ...(form.guidanceStart === '' && form.guidanceEnd === ''
      ? {}
      : {
          guidance: {
            start: form.guidanceStart === '' ? defaults.guidanceStart : Number(form.guidanceStart),
            end: form.guidanceEnd === '' ? defaults.guidanceEnd : Number(form.guidanceEnd),
            ...(defaults.guidanceCurve === 'LINEAR'
              ? {}
              : { curve: defaults.guidanceCurve, power: defaults.guidancePower }),
          },
        }),
    ...(form.preview === 'MOSAIC' ? {} : { preview: { mode: form.preview } }),
    // A size cannot be combined with a source.
    ...(form.size === '1' || source ? {} : { size: { factor: Number(form.size) } }),
    ...(source ? { source } : {}),
  };
}

type NumberField = 'steps' | 'temperature' | 'topK' | 'topP';

function numbers(form: Form, fields: readonly NumberField[]): Partial<Record<NumberField, number>> {
  return Object.fromEntries(
    fields.flatMap((field) => (form[field] === '' ? [] : [[field, Number(form[field])] as const])),
  );
}

/** A random seed that leaves room for the following seeds of any count. */
export function anySeed(): number {
  return Math.floor(Math.random() * (2 ** 31 - 17));
}

export const orders: readonly { readonly kind: OrderKind; readonly name: string; readonly what: string }[] = [
  { kind: 'RANDOM', name: 'Random', what: 'set by the seed' },
  { kind: 'RASTER', name: 'Raster', what: 'row by row' },
  { kind: 'SPIRAL', name: 'Spiral', what: 'from the centre outwards' },
  { kind: 'HALTON', name: 'Halton', what: 'always evenly spread' },
  { kind: 'SUBSAMPLE', name: 'Coarse to fine', what: 'every other cell first, then the ones in between' },
  { kind: 'LOCALITY', name: 'Locality', what: 'close to decoded cells, far from each other' },
  { kind: 'CENTER_OUT', name: 'Centre out', what: 'by distance from the centre' },
];

export const schedules: readonly { readonly kind: ScheduleKind; readonly name: string }[] = [
  { kind: 'COSINE', name: 'Cosine: few tokens first, many last' },
  { kind: 'LINEAR', name: 'Linear: the same number in every step' },
  { kind: 'ONE_BY_ONE', name: 'One by one: one token per step' },
];

export const previewModes: readonly { readonly kind: PreviewMode; readonly name: string }[] = [
  { kind: 'MOSAIC', name: 'Mosaic: one patch per token' },
  { kind: 'DECODED', name: 'Decoded: as many as the server can render' },
  { kind: 'NONE', name: 'None' },
];
