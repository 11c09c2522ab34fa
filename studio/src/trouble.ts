import { RandarError, type InputProblem } from 'randar-client';

/** A problem in words, and what to do about it. */
export interface Trouble {
  readonly title: string;
  readonly text: string;
  /** Retry; check the fields; wait for the connection. */
  readonly wayOn: 'again' | 'fields' | 'wait';
  /** Problems of single fields, by input path without `input.`: steps, label.name. */
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
      const fields = error.problems.flatMap(fieldProblem);
      const isAllMarked = fields.length > 0 && fields.length === error.problems.length;
      const text = isAllMarked ? 'Correct the marked fields.' : error.message;
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

const inputPath = 'input.';

/** Adapts a problem for a control of the form: the path is the form's own, and the text need not name the field. */
function fieldProblem({ field, message, expected, got }: InputProblem): FieldProblem[] {
  if (!field.startsWith(inputPath)) return [];
  const isShort = expected !== undefined && got !== undefined;
  return [{ field: field.slice(inputPath.length), message: isShort ? `Expected ${expected}, got ${got}.` : message }];
}

/** The problem to show at a field, or at any field inside it. */
export function problemOf(problems: readonly FieldProblem[], field: string): string | undefined {
  const found = problems.filter((problem) => problem.field === field || problem.field.startsWith(`${field}.`));
  return found.length === 0 ? undefined : found.map(({ message }) => message).join(' ');
}
