import { request, type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { useServer } from '../support/server.js';

const running = useServer();

/** The response headers of a keep-alive connection; fetch hides some of them. */
function headersOf(path: string): Promise<IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const asking = request(
      new URL(path, running().server.address),
      { headers: { connection: 'keep-alive' } },
      (response) => {
        response.resume();
        resolve(response.headers);
      },
    );
    asking.on('error', reject);
    asking.end();
  });
}

describe('a keep-alive connection', () => {
  it.each(['/', '/graphql?query={__typename}'])(
    'stays longer than proxies keep one idle, a minute: %s',
    async (path) => {
      const keepAlive = String((await headersOf(path))['keep-alive']);
      const seconds = Number(/^timeout=(\d+)$/.exec(keepAlive)?.[1]);
      expect(seconds).toBeGreaterThan(60);
    },
  );
});

describe("the page's content security policy", () => {
  it('forbids framing, forms to other origins and another base', async () => {
    const policy = String((await headersOf('/'))['content-security-policy']).split('; ');
    expect(policy).toEqual(
      expect.arrayContaining(["frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'", "default-src 'none'"]),
    );
  });

  it('allows loading and requests from this server only', async () => {
    const policy = String((await headersOf('/'))['content-security-policy']).split('; ');
    const sources = policy.flatMap((directive) => directive.split(' ').slice(1));
    expect(sources.filter((source) => !["'none'", "'self'", 'data:', 'blob:'].includes(source))).toEqual([]);
  });
});
