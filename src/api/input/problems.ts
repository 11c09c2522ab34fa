import type { z } from 'zod';

/** Invalid input. The message lists all problems. */
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

/**
 * A problem with one field. The message is kept in parts, so that the CLI and forms can use their own name for the
 * field.
 */
export interface Problem {
  /** The input path, for example input.guidance.start. */
  readonly field: string;
  /** The text before the field's name: "Expected", or "Expected every one of". */
  readonly before: string;
  /** The text after it: "to be a number from 0 to 100, got 101." */
  readonly after: string;
  /**
   * The same as separate parts, for forms that show the problem beside the field. Only set if the message says nothing
   * else.
   */
  readonly expected?: string;
  readonly got?: string;
}

/** "Expected `input.guidance.start` to be a number from 0 to 100, got 101." */
export function problemMessage({ field, before, after }: Problem, name = `\`${field}\``): string {
  return `${before} ${name} ${after}`;
}

/** Collects the problems of an input, so that all are reported at once. */
export class Problems {
  readonly #found: Problem[] = [];

  get count(): number {
    return this.#found.length;
  }

  /** @param after The rest of the sentence after the field's name: "to be omitted." */
  add(field: string, after: string, before = 'Expected'): void {
    this.#found.push({ field, before, after });
  }

  /** For example "Expected `input.steps` to be a whole number from 1 to 256, got 300." */
  expected(field: string, what: string, got: unknown, before = 'Expected'): void {
    const value = print(got);
    this.#found.push({ field, before, after: `to be ${what}, got ${value}.`, expected: what, got: value });
  }

  /**
   * Validates a value and adds what the schema rejects. The schema's messages say what is allowed: "a whole number from
   * 1 to 256".
   *
   * @param field The path of the value, for example "input".
   * @returns The parsed value, or undefined if it is invalid.
   */
  check<Output>(field: string, schema: z.ZodType<Output>, value: unknown): Output | undefined {
    const result = schema.safeParse(value, { reportInput: true });
    if (result.success) return result.data;
    const lists = new Set<string>();
    for (const { path, message, input } of result.error.issues) {
      const isElement = typeof path.at(-1) === 'number';
      const place = [field, ...(isElement ? path.slice(0, -1) : path)].join('.');
      // One message per list: a list of a thousand could have as many bad elements.
      if (isElement && lists.has(place)) continue;
      if (isElement) lists.add(place);
      this.expected(place, message, input, isElement ? 'Expected every one of' : undefined);
    }
    return undefined;
  }

  /** @throws BadInputError if there are any problems. */
  throwIfAny(): void {
    const [first, ...rest] = this.#found;
    if (first) throw new BadInputError([first, ...rest]);
  }

  /**
   * Asserts that a value was parsed.
   *
   * @throws BadInputError if there are any problems, with this value or another.
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
