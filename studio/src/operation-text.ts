import type { GenerateInput } from 'randar-client';

/** An input in several forms, for copying. */
export interface OperationTexts {
  readonly graphql: string;
  readonly curl: string;
  readonly client: string;
}

/** Formats the input for use elsewhere; `endpoint` is the server's GraphQL URL. */
export function operationTexts(input: GenerateInput, endpoint: string): OperationTexts {
  return { graphql: asGraphql(input), curl: asCurl(input, endpoint), client: asClient(input, endpoint) };
}

export function asGraphql(input: GenerateInput): string {
  return `subscription {
  generate(input: ${literal(input, '  ')}) {
    sequence
    ... on StepDecoded {
      step
      totalSteps
      images {
        positions
        tokens
        probabilities
      }
    }
    ... on PreviewRendered {
      step
      image {
        url
      }
    }
    ... on GenerationCompleted {
      images {
        seed
        image {
          url
        }
      }
    }
  }
}
`;
}

export function asCurl(input: GenerateInput, endpoint: string): string {
  const query =
    'subscription ($input: GenerateInput!) { generate(input: $input) { __typename sequence' +
    ' ... on StepDecoded { step images { positions } } ... on GenerationCompleted { images { image { url } } } } }';
  return `curl -N ${quoted(endpoint)} \\
  -H 'accept: text/event-stream' -H 'content-type: application/json' \\
  -d ${quoted(JSON.stringify({ query, variables: { input } }))}
`;
}

export function asClient(input: GenerateInput, endpoint: string): string {
  return `import { createClient } from 'randar-client';

const client = createClient({ url: ${JSON.stringify(endpoint)} });
const input = ${JSON.stringify(input, null, 2)};

for await (const event of client.generate(input)) {
  if (event.__typename === 'StepDecoded') console.log(event.step, event.images[0].positions);
  if (event.__typename === 'GenerationCompleted') console.log(event.images[0].image.url);
}
await client.close();
`;
}

/** Enum fields, whose values GraphQL writes without quotes. */
const enumFields = new Set(['kind', 'curve', 'fit', 'mode']);

function literal(value: unknown, indent: string, field = ''): string {
  if (Array.isArray(value)) return `[${value.map((item) => literal(item, indent)).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const inner = `${indent}  `;
    const lines = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([name, item]) => `${inner}${name}: ${literal(item, inner, name)}\n`);
    return lines.length === 0 ? '{}' : `{\n${lines.join('')}${indent}}`;
  }
  return enumFields.has(field) && typeof value === 'string' ? value : JSON.stringify(value);
}

/** Quotes a word for a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Shortens data URIs for display; copying gives the complete text. */
export function shortened(text: string): string {
  return text.replace(
    /(data:image\/\w+;base64,[\w+/]{24})[\w+/=]{40,}/g,
    (whole, start: string) => `${start}… (${Math.ceil(whole.length / 1000)} kB)`,
  );
}
