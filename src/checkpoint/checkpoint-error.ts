/** A weights file that cannot be used. The message says which file, what is wrong with it and what was expected. */
export class CheckpointError extends Error {
  readonly code = 'BAD_CHECKPOINT';
  override readonly name = 'CheckpointError';
}

/** So many problems of one file are worth reading; a file can have a hundred thousand. */
const problemsShown = 20;

/** @throws CheckpointError that names the file and its problems, where there are any */
export function refuseProblems(file: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - problemsShown;
  const shown = problems.slice(0, problemsShown).join('; ');
  throw new CheckpointError(`${file}: ${shown}${more > 0 ? `; and ${more} more problems` : ''}`);
}

/**
 * A name from an untrusted file, fit for a message: in quotes, not endless, and without characters that would act on
 * a terminal or turn its text round.
 */
export function quote(name: string): string {
  const short = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return JSON.stringify(short).replace(/\p{C}/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A name that any model might have as it is; another one, of which nobody knows what it does, quoted. */
export function plainName(name: string): string {
  return /^[\w.-]{1,100}$/.test(name) ? name : quote(name);
}
