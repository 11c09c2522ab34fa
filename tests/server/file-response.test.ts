import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etagOf, hasCopy } from '../../src/server/file-response.js';

const etag = etagOf('a file');

describe('If-None-Match', () => {
  const other = fc.string({ maxLength: 8 }).map((content) => etagOf(`other ${content}`));
  const written = fc.tuple(other, fc.constantFrom('', 'W/')).map(([tag, weak]) => weak + tag);
  const between = fc.constantFrom(',', ', ', ' , ', ' ,');

  it('matches a tag in a list, weak or strong, at any place', () => {
    fc.assert(
      fc.property(fc.array(written), fc.nat(), fc.boolean(), between, (others, at, isWeak, comma) => {
        expect(hasCopy(others.join(comma), etag)).toBe(false);
        const list = others.toSpliced(at % (others.length + 1), 0, isWeak ? `W/${etag}` : etag);
        expect(hasCopy(list.join(comma), etag)).toBe(true);
      }),
    );
  });

  it('matches any tag by *, and none if omitted', () => {
    expect(hasCopy('*', etag)).toBe(true);
    expect(hasCopy(' * ', etag)).toBe(true);
    expect(hasCopy(undefined, etag)).toBe(false);
    expect(hasCopy('', etag)).toBe(false);
  });

  it.each([etag.replaceAll('"', ''), etag.slice(0, -1), '"*"'])('does not match %j', (header) => {
    expect(hasCopy(header, etag)).toBe(false);
  });

  it('matches a tag with commas and stars', () => {
    expect(hasCopy('"a,*,b", W/"c"', '"c"')).toBe(true);
    expect(hasCopy('"a,*,b"', '"a"')).toBe(false);
    expect(hasCopy('"a,*,b"', '"a,*,b"')).toBe(true);
  });
});
