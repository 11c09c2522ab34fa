/** Input that cannot be used: every problem at once, the first one's field in front. */
export class BadInputError extends Error {
  readonly code = 'BAD_USER_INPUT';
  override readonly name = 'BadInputError';

  constructor(readonly problems: readonly [Problem, ...Problem[]]) {
    super(problems.map(({ message }) => message).join(' '));
  }

  /** The input path of the first problem. */
  get field(): string {
    return this.problems[0].field;
  }
}

export interface Problem {
  /** For example input.guidance.start. */
  readonly field: string;
  readonly message: string;
  /** What the message says in parts, where it says just that: a form needs no path beside its field. */
  readonly expected?: string;
  readonly got?: string;
}

/** Collects what is wrong with an input, so that its sender is told all of it at once. */
export class Problems {
  readonly #found: Problem[] = [];

  get count(): number {
    return this.#found.length;
  }

  add(field: string, message: string): void {
    this.#found.push({ field, message });
  }

  /** "Expected `input.steps` to be a whole number from 1 to 256, got 300." */
  expected(field: string, what: string, got: unknown): void {
    const value = print(got);
    const message = `Expected \`${field}\` to be ${what}, got ${value}.`;
    this.#found.push({ field, message, expected: what, got: value });
  }

  wholeNumber(field: string, value: number, min: number, max: number): number {
    const fits = Number.isInteger(value) && value >= min && value <= max;
    if (!fits) this.expected(field, `a whole number from ${min} to ${max}`, value);
    return value;
  }

  number(field: string, value: number, min: number, max: number): number {
    const fits = Number.isFinite(value) && value >= min && value <= max;
    if (!fits) this.expected(field, `a number from ${min} to ${max}`, value);
    return value;
  }

  /** @throws BadInputError where there is any problem */
  throwIfAny(): void {
    const [first, ...rest] = this.#found;
    if (first) throw new BadInputError([first, ...rest]);
  }
}

function print(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
