import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Label } from '../model/labels.js';
import { ImportError } from './import-options.js';

/** The 1,000 class names of ImageNet, from github.com/anishathalye/imagenet-simple-labels (public domain). */
const imagenetFile = fileURLToPath(new URL('../../labels/imagenet.json', import.meta.url));

const word = z.string().min(1);
const entries = z.array(
  z.union([word, z.object({ name: word.optional(), title: word.optional(), symbol: word.nullish() })]),
);

/**
 * The labels of a model, in the order of its classes.
 *
 * @param source "imagenet", or a file: a JSON array of names or of {name, title, symbol}, or one name per line.
 * @throws ImportError if the file does not exist or has another format.
 */
export async function readLabelNames(source: string): Promise<Label[]> {
  const file = source === 'imagenet' ? imagenetFile : source;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new ImportError(`--labels: expected "imagenet" or a readable file, got "${source}"`, { cause });
  }
  // Strip the byte order mark that editors on Windows add.
  const plain = text.replace(/^\uFEFF/, '');
  const labels = nameUniquely(/^\s*[[{]/.test(plain) ? parseJson(file, plain) : parseLines(plain));
  if (labels.length === 0) throw new ImportError(`--labels: ${file} contains no names`);
  return labels;
}

type Entry = z.infer<typeof entries>[number];

function parseJson(file: string, text: string): Entry[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new ImportError(`--labels: ${file} is not JSON`, { cause });
  }
  const result = entries.safeParse(value);
  if (result.success) return result.data;
  const places = new Set(result.error.issues.flatMap(({ path: [place] }) => place ?? []));
  const wrong = places.size > 0 ? `; invalid entries: ${[...places].slice(0, 10).join(', ')}` : '';
  throw new ImportError(`--labels: expected ${file} to be an array of names or of {name, title, symbol}${wrong}`);
}

function parseLines(text: string): Entry[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1).map((line) => (line === '' ? {} : line));
}

/** Makes names without spaces, for typing; if two classes share a name, the later one gets its number appended. */
function nameUniquely(all: readonly Entry[]): Label[] {
  const seen = new Set<string>();
  return all.map((entry, index) => {
    const { name, title, symbol }: Exclude<Entry, string> = typeof entry === 'string' ? { name: entry } : entry;
    const own = slug(name ?? title ?? '') || `class-${index}`;
    let unique = own;
    // Another class may have exactly that name.
    while (seen.has(unique)) unique = `${unique}-${index}`;
    seen.add(unique);
    return { index, name: unique, title: title ?? name ?? `Class ${index}`, symbol: symbol ?? null };
  });
}

function slug(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
}
