import { RandarError } from 'randar-client';

/** What went wrong in words, and what one can do about it. */
export interface Trouble {
  readonly title: string;
  readonly text: string;
  /** Draw the same once more; look at the fields; wait for the connection. */
  readonly wayOn: 'again' | 'fields' | 'wait';
  /** What is wrong with single fields, by the input's path without `input.`: steps, label.name. */
  readonly fields: readonly FieldProblem[];
}

export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof RandarError)) {
    const text = error instanceof Error ? error.message : String(error);
    return { title: 'Something went wrong on this page', text, wayOn: 'again', fields: [] };
  }
  const trouble = (title: string, text: string, wayOn: Trouble['wayOn'] = 'again') => ({
    title,
    text,
    wayOn,
    fields: [],
  });
  switch (error.code) {
    case 'BAD_USER_INPUT': {
      const fields = problemsOf(error.message);
      const text = fields.length === 0 ? error.message : 'Correct the marked fields.';
      return { title: 'Some settings are not valid', text, wayOn: 'fields', fields };
    }
    case 'CONNECTION_LOST':
      return trouble('The server is not responding', 'You can draw again once the connection is back.', 'wait');
    case 'NOT_FOUND':
      return trouble(
        'The server no longer has this generation',
        'The server was restarted, or newer generations have replaced it. Use the same seed to get the same picture again.',
      );
    case 'QUEUE_FULL':
      return trouble(
        "The server's queue is full",
        `Try again ${error.retryAfterSeconds === undefined ? 'soon' : `in ${error.retryAfterSeconds} s`}.`,
      );
    case 'SHUTTING_DOWN':
      return trouble('The server is shutting down', 'Draw again once it is back.');
    default:
      return trouble('The server reported an error', error.message);
  }
}

/**
 * The problems of an input, told in one message: "Expected `input.steps` to be ..., got 0. Expected `input.count` ...".
 * Each begins with the field that it speaks of.
 */
export function problemsOf(message: string): FieldProblem[] {
  return message
    .split(/ (?=Expected (?:every one of |every step of |a step of )?`input\.)/)
    .flatMap((text): FieldProblem[] => {
      const path = /`input\.([\w.]+)`/.exec(text)?.[1];
      return path === undefined ? [] : [{ field: path, message: inPlainWords(text) }];
    });
}

/** Beside its own field a problem needs no path: "Expected a whole number from 1 to 256, got 0." */
function inPlainWords(text: string): string {
  return text.replace(/`input\.[\w.]+` to be /, '').replaceAll(/`input\.(?:\w+\.)*(\w+)`/g, '$1');
}

/** What a control shows of its field, or of what is in it. */
export function problemOf(problems: readonly FieldProblem[], field: string): string | undefined {
  const found = problems.filter((problem) => problem.field === field || problem.field.startsWith(`${field}.`));
  return found.length === 0 ? undefined : found.map(({ message }) => message).join(' ');
}
