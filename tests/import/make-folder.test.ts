import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ImportError } from '../../src/import/import-options.js';
import { makeFolder } from '../../src/import/make-folder.js';
import { filesIn, useFolder } from '../support/weights.js';

const folder = useFolder();
let models: string;
let place: string;
beforeEach(async () => {
  models = join(folder(), 'models');
  place = join(models, 'cats');
  await rm(models, { recursive: true, force: true });
});

const fill = (text: string) => async (beside: string) => {
  await writeFile(join(beside, 'file'), text);
  return text;
};

const content = () => readFile(join(place, 'file'), 'utf8');

async function refusal(made: Promise<unknown>): Promise<string> {
  const error: unknown = await made.catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ImportError);
  return (error as ImportError).message;
}

const taken = () => `--id: model "cats" already exists at ${place}; use --replace to replace it`;

describe('a new directory', () => {
  it('does not exist before it is complete, and returns the result of filling it', async () => {
    const made = makeFolder(place, false, async (beside) => {
      expect((await filesIn(models)).map((name) => /^\.cats\.\w+\.part$/.test(name))).toEqual([true]);
      return fill('new')(beside);
    });
    expect(await made).toBe('new');
    expect(await filesIn(models)).toEqual(['cats', 'cats/file']);
  });

  it('does not replace another, and is not even filled', async () => {
    await makeFolder(place, false, fill('old'));
    let isFilled = false;
    const made = makeFolder(place, false, () => Promise.resolve((isFilled = true)));
    expect(await refusal(made)).toBe(taken());
    expect([isFilled, await content(), await filesIn(models)]).toEqual([false, 'old', ['cats', 'cats/file']]);
  });

  it('replaces another if allowed', async () => {
    await makeFolder(place, false, fill('old'));
    await makeFolder(place, true, fill('new'));
    expect([await content(), await filesIn(models)]).toEqual(['new', ['cats', 'cats/file']]);
  });

  it('may replace nothing', async () => {
    await makeFolder(place, true, fill('new'));
    expect(await content()).toBe('new');
  });

  it.each([false, true])('leaves nothing if filling it fails, and the previous one stays: %s', async (hasOld) => {
    if (hasOld) await makeFolder(place, false, fill('old'));
    const before = hasOld ? ['cats', 'cats/file'] : [];
    const failing = makeFolder(place, true, async (beside) => {
      await fill('new')(beside);
      throw new Error('half way');
    });
    await expect(failing).rejects.toThrow('half way');
    expect(await filesIn(models)).toEqual(before);
    if (hasOld) expect(await content()).toBe('old');
  });

  it('does not replace one that was created in between', async () => {
    const late = makeFolder(place, false, async (beside) => {
      await makeFolder(place, false, fill('first'));
      return fill('late')(beside);
    });
    expect(await refusal(late)).toBe(taken());
    expect([await content(), await filesIn(models)]).toEqual(['first', ['cats', 'cats/file']]);
  });

  it('of several at once is one of them, complete, with nothing left of the others', async () => {
    for (const replace of [false, true]) {
      const texts = ['a', 'b', 'c', 'd'];
      const all = await Promise.allSettled(texts.map((text) => makeFolder(place, replace, fill(text))));
      const made = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      if (replace) expect(made).not.toEqual([]);
      else expect(made).toHaveLength(1);
      for (const each of all) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(ImportError);
      expect(made).toContain(await content());
      expect(await filesIn(models)).toEqual(['cats', 'cats/file']);
      await rm(models, { recursive: true });
    }
  });

  it('says where it cannot be created', async () => {
    await writeFile(models, 'a file');
    expect(await refusal(makeFolder(place, false, fill('new')))).toMatch(
      /^--models: cannot write .*cats: E(NOTDIR|EXIST): /,
    );
    const long = join(folder(), 'x'.repeat(250));
    expect(await refusal(makeFolder(long, false, fill('new')))).toMatch(/cannot write .*: ENAMETOOLONG/);
  });
});
