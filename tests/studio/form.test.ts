import fc from 'fast-check';
import { RandarError } from 'randar-client';
import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../studio/src/address.js';
import { initialForm, inputOf } from '../../studio/src/form.js';
import { problemOf, troubleOf } from '../../studio/src/trouble.js';

const defaults = {
  order: 'RANDOM',
  guidanceStart: 1,
  guidanceEnd: 2,
  guidanceCurve: 'LINEAR',
  guidancePower: 1,
} as const;

describe('the input of a form', () => {
  it('contains only what was chosen: the defaults are the server’s', () => {
    expect(inputOf({ ...initialForm, label: 'rocket' }, 7, defaults)).toEqual({ label: { name: 'rocket' }, seed: 7 });
  });

  it('contains everything that was chosen', () => {
    const form = {
      ...initialForm,
      model: 'emoji',
      label: 'rocket',
      count: '4',
      steps: '48',
      order: 'HALTON',
      schedule: 'LINEAR',
      guidanceEnd: '3.5',
      temperature: '0',
      topK: '10',
      topP: '0.9',
      preview: 'NONE',
      size: '2',
    } as const;
    expect(inputOf(form, 7, defaults)).toEqual({
      model: 'emoji',
      label: { name: 'rocket' },
      seed: 7,
      count: 4,
      steps: 48,
      order: { kind: 'HALTON' },
      schedule: { kind: 'LINEAR' },
      guidance: { start: 1, end: 3.5 },
      temperature: 0,
      topK: 10,
      topP: 0.9,
      preview: { mode: 'NONE' },
      size: { factor: 2 },
    });
  });

  it('contains an order only if it is not the model’s own', () => {
    const raster = { ...defaults, order: 'RASTER' } as const;
    const chosen = { ...initialForm, label: 'rocket', order: 'RASTER' } as const;
    expect(inputOf(chosen, 7, raster)).not.toHaveProperty('order');
    expect(inputOf(chosen, 7, defaults)).toHaveProperty('order', { kind: 'RASTER' });
    expect(inputOf({ ...chosen, order: 'RANDOM' }, 7, raster)).toHaveProperty('order', { kind: 'RANDOM' });
  });

  it('keeps the model’s curve if one end of the guidance is chosen', () => {
    const cosine = { ...defaults, guidanceCurve: 'COSINE', guidancePower: 2.5 } as const;
    const input = inputOf({ ...initialForm, label: 'rocket', guidanceEnd: '8' }, 7, cosine);
    expect(input.guidance).toEqual({ start: 1, end: 8, curve: 'COSINE', power: 2.5 });
  });

  it('omits the size with a source: they cannot be combined', () => {
    const source = { redraw: { generation: 'a', cells: [1] } };
    const input = inputOf({ ...initialForm, label: 'rocket', size: '2' }, 7, defaults, source);
    expect(input).toEqual({ label: { name: 'rocket' }, seed: 7, source });
  });
});

describe('a rejected input', () => {
  /** A label can be any text; this one reads like problems of other fields. */
  const label = 'Expected `input.count` to be 1, got 2. Expected `input.seed` to be 1, got 2.';
  const problems = [
    { field: 'input.label.name', message: `Expected \`input.label.name\` to be a label, got "${label}".` },
    {
      field: 'input.steps',
      message: 'Expected `input.steps` to be a whole number from 1 to 256, got 999.',
      expected: 'a whole number from 1 to 256',
      got: '999',
    },
    { field: 'input.source.redraw.cells', message: 'Expected every one of `input.source.redraw.cells` once.' },
  ];
  const message = problems.map((problem) => problem.message).join(' ');
  const refused = new RandarError(message, { code: 'BAD_USER_INPUT', field: 'input.label.name', problems });

  it('is shown by field, each problem beside its own, whatever the wording', () => {
    const { fields, text } = troubleOf(refused);
    expect(fields.map(({ field }) => field)).toEqual(['label.name', 'steps', 'source.redraw.cells']);
    expect(problemOf(fields, 'label')).toBe(problems[0]?.message);
    expect(problemOf(fields, 'steps')).toBe('Expected a whole number from 1 to 256, got 999.');
    expect(problemOf(fields, 'count')).toBeUndefined();
    expect(problemOf(fields, 'seed')).toBeUndefined();
    expect(text).not.toContain('Expected');
  });

  it('is shown as it is if a problem belongs to no field', () => {
    const elsewhere = [...problems, { field: 'first', message: 'Expected `first` to be 1.' }];
    const { fields, text } = troubleOf(new RandarError(message, { code: 'BAD_USER_INPUT', problems: elsewhere }));
    expect(fields).toHaveLength(3);
    expect(text).toBe(message);
    expect(troubleOf(new RandarError(message, { code: 'BAD_USER_INPUT' }))).toMatchObject({
      text: message,
      fields: [],
    });
  });

  it('is explained for every code, with what to do', () => {
    const codes = [
      'BAD_USER_INPUT',
      'NOT_FOUND',
      'QUEUE_FULL',
      'SHUTTING_DOWN',
      'CONNECTION_LOST',
      'INTERNAL_SERVER_ERROR',
    ];
    const troubles = codes.map((code) => troubleOf(new RandarError(message, { code, retryAfterSeconds: 3 })));
    expect(new Set(troubles.map(({ title }) => title)).size).toBe(codes.length);
    expect(troubles.map(({ wayOn }) => wayOn)).toEqual(['fields', 'again', 'again', 'again', 'wait', 'again']);
    expect(troubles[2]?.text).toContain('3 s');
  });
});

describe('the URL of the page', () => {
  const ids = fc.stringMatching(/^[\w-]{1,40}$/);

  it('leads back to what was shown', () => {
    fc.assert(
      fc.property(fc.uniqueArray(ids, { maxLength: 2 }), (generations) => {
        expect(parseAddress(formatAddress({ generations }))).toEqual({ generations });
      }),
    );
  });

  it('shows nothing if it is not valid', () => {
    fc.assert(
      fc.property(fc.string(), (hash) => {
        for (const id of parseAddress(hash).generations) expect(id).toMatch(/^[\w-]{1,100}$/);
      }),
    );
    expect(parseAddress('#generation=<b>,../x')).toEqual({ generations: [] });
  });
});
