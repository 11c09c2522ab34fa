import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/api/schema.js';
import { exampleOperations } from '../../src/server/examples.js';
import { builtInModels } from '../support/goldens/models.js';
import { overWebSocket, post, readEvents, useServer, type Result } from '../support/server.js';

const running = useServer({ models: builtInModels });

describe('a GraphiQL example', () => {
  it.each(exampleOperations.map(({ query }) => [query.split('\n')[0] ?? '', query]))('runs: %s', async (_, query) => {
    const document = parse(query);
    expect(validate(schema, document)).toEqual([]);
    if (/^subscription/m.test(query)) {
      const events = await readEvents(overWebSocket(running().url, query, {}));
      expect(events.length).toBeGreaterThan(3);
      return;
    }
    const [first] = query.split(/^(?=query Latest)/m);
    const result: Result<object> = await post(running().url, first ?? '');
    expect(result.errors).toBeUndefined();
  });
});
