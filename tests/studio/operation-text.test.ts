import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { buildSchema, parse, validate, valueFromAST, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { readFileSync } from 'node:fs';
import type { GenerateInput } from 'randar-client';
import { describe, expect, it } from 'vitest';
import { asClient, asCurl, asGraphql, shortened } from '../../studio/src/operation-text.js';

const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

const inputs: fc.Arbitrary<GenerateInput> = fc.record(
  {
    label: fc.string().map((name) => ({ name })),
    seed: fc.nat(),
    steps: fc.integer({ min: 1, max: 256 }),
    temperature: fc.double({ min: 0, max: 10, noNaN: true }),
    order: fc.constantFrom({ kind: 'HALTON' as const }, { positions: [2, 1, 0] }),
    guidance: fc.constant({ start: 1, end: 2.5, curve: 'COSINE' as const }),
    preview: fc.constant({ mode: 'DECODED' as const }),
    source: fc.constantFrom(
      {
        inpaint: { image: { dataUri: 'data:image/png;base64,AAAA' }, mask: { dataUri: "it's" }, fit: 'FILL' as const },
      },
      { redraw: { generation: 'a-b', image: 0, cells: [1, 2] } },
    ),
  },
  { requiredKeys: ['label'] },
);

describe('the copied GraphQL operation', () => {
  it('is valid, and sends exactly this input', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const document = parse(asGraphql(input));
        expect(validate(schema, document)).toEqual([]);
        const [operation] = document.definitions as [OperationDefinitionNode];
        const [field] = operation.selectionSet.selections as [FieldNode];
        const [argument] = field.arguments ?? [];
        const type = schema.getType('GenerateInput');
        if (!argument || !type || !('getFields' in type)) throw new Error('there is an input');
        const value: unknown = valueFromAST(argument.value, type as Parameters<typeof valueFromAST>[1]);
        expect(JSON.parse(JSON.stringify(value))).toMatchObject(JSON.parse(JSON.stringify(input)) as object);
      }),
    );
  });
});

describe('the copied command', () => {
  it('passes exactly this input to curl, through a real shell', () => {
    const input = { label: { name: `it's "$HOME" \`date\` \\ !` }, seed: 7 };
    const script = `curl() { printf '%s\\n' "$@"; }\n${asCurl(input, 'http://127.0.0.1:4000/graphql')}`;
    const words = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
    expect(words[1]).toBe('http://127.0.0.1:4000/graphql');
    const { query, variables } = JSON.parse(words.at(-1) ?? '') as { query: string; variables: object };
    expect(variables).toEqual({ input });
    expect(validate(schema, parse(query))).toEqual([]);
  });
});

describe('the copied client code', () => {
  it('contains exactly this input', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const json = /const input = ([^]*?);\n\nfor/.exec(asClient(input, 'http://a/graphql'))?.[1] ?? '';
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(input)));
      }),
    );
  });
});

it('a picture is shown by its first characters and its size', () => {
  const text = `"data:image/png;base64,${'A'.repeat(4000)}" and more`;
  expect(shortened(text)).toBe(`"data:image/png;base64,${'A'.repeat(24)}… (5 kB)" and more`);
});
