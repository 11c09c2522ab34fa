import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etagOf, hasCopy } from '../../src/server/file-response.js';

const etag = etagOf('a file');

describe('If-None-Match', () => {
  const other = fc.string({ maxLength: 8 }).map((content) => etagOf(`other ${content}`));
  const written = fc.tuple(other, fc.constantFrom('', 'W/')).map(([tag, weak]) => weak + tag);
  const between = fc.constantFrom(',', ', ', ' , ', ' ,');

  it('names the copy in a list, weak or strong, wherever it stands', () => {
    fc.assert(
      fc.property(fc.array(written), fc.nat(), fc.boolean(), between, (others, at, isWeak, comma) => {
        expect(hasCopy(others.join(comma), etag)).toBe(false);
        const list = others.toSpliced(at % (others.length + 1), 0, isWeak ? `W/${etag}` : etag);
        expect(hasCopy(list.join(comma), etag)).toBe(true);
      }),
    );
  });

  it('names any copy by *, and none where it is absent', () => {
    expect(hasCopy('*', etag)).toBe(true);
    expect(hasCopy(' * ', etag)).toBe(true);
    expect(hasCopy(undefined, etag)).toBe(false);
    expect(hasCopy('', etag)).toBe(false);
  });

  it.each([etag.replaceAll('"', ''), etag.slice(0, -1), '"*"'])('does not name it by %j', (header) => {
    expect(hasCopy(header, etag)).toBe(false);
  });

  it('may name a tag that has commas and stars in it', () => {
    expect(hasCopy('"a,*,b", W/"c"', '"c"')).toBe(true);
    expect(hasCopy('"a,*,b"', '"a"')).toBe(false);
    expect(hasCopy('"a,*,b"', '"a,*,b"')).toBe(true);
  });
});
