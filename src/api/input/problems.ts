import type { z } from 'zod';

/** Input that cannot be used: every problem at once, the first one's field in front. */
export class BadInputError extends Error {
  readonly code = 'BAD_USER_INPUT';
  override readonly name = 'BadInputError';

  constructor(readonly problems: readonly [Problem, ...Problem[]]) {
    super(problems.map((problem) => problemMessage(problem)).join(' '));
  }

  /** The input path of the first problem. */
  get field(): string {
    return this.problems[0].field;
  }
}

/** What is wrong with one field, in parts: whoever shows it names the field in words of its own. */
export interface Problem {
  /** For example input.guidance.start. */
  readonly field: string;
  /** Stands before the field's name: "Expected", or "Expected every one of". */
  readonly before: string;
  /** Stands after it: "to be a number from 0 to 100, got 101." */
  readonly after: string;
  /** The same in parts, if it says just that: a form shows them beside the field and needs no path. */
  readonly expected?: string;
  readonly got?: string;
}

/** "Expected `input.guidance.start` to be a number from 0 to 100, got 101." */
export function problemMessage({ field, before, after }: Problem, name = `\`${field}\``): string {
  return `${before} ${name} ${after}`;
}

/** Collects what is wrong with an input, so that its sender is told all of it at once. */
export class Problems {
  readonly #found: Problem[] = [];

  get count(): number {
    return this.#found.length;
  }

  /** @param after what is expected of the field, a sentence after its name: "to be absent." */
  add(field: string, after: string, before = 'Expected'): void {
    this.#found.push({ field, before, after });
  }

  /** "Expected `input.steps` to be a whole number from 1 to 256, got 300." */
  expected(field: string, what: string, got: unknown, before = 'Expected'): void {
    const value = print(got);
    this.#found.push({ field, before, after: `to be ${what}, got ${value}.`, expected: what, got: value });
  }

  /**
   * Adds what a schema finds wrong with a value. Its messages say what is allowed: "a whole number from 1 to 256".
   *
   * @param field where the value stands, for example "input"
   * @returns what the schema makes of the value; undefined if something is wrong with it
   */
  check<Output>(field: string, schema: z.ZodType<Output>, value: unknown): Output | undefined {
    const result = schema.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    const lists = new Set<string>();
    for (const { path, message, input } of result.error.issues) {
      const isElement = typeof path.at(-1) === 'number';
      const place = [field, ...(isElement ? path.slice(0, -1) : path)].join('.');
      // One wrong element says enough of a list of a thousand.
      if (isElement && lists.has(place)) continue;
      if (isElement) lists.add(place);
      this.expected(place, message, input, isElement ? 'Expected every one of' : undefined);
    }
    return undefined;
  }

  /** @throws BadInputError if there is any problem */
  throwIfAny(): void {
    const [first, ...rest] = this.#found;
    if (first) throw new BadInputError([first, ...rest]);
  }

  /**
   * A value that is there unless a problem says why not.
   *
   * @throws BadInputError if there is any problem, with this value or another
   */
  orThrow<Value>(value: Value | undefined): Value {
    this.throwIfAny();
    if (value === undefined) throw new TypeError('a value is missing from an input without problems');
    return value;
  }
}

function print(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
