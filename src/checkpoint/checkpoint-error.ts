/** A weights file that cannot be used. The message names the file, the problem and what was expected. */
export class CheckpointError extends Error {
  readonly code = 'BAD_CHECKPOINT';
  override readonly name = 'CheckpointError';
}

/** A file can have a hundred thousand problems; this many are worth reading. */
const problemsShown = 20;

/** @throws CheckpointError with the file and its problems, if there are any. */
export function refuseProblems(file: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - problemsShown;
  const shown = problems.slice(0, problemsShown).join('; ');
  throw new CheckpointError(`${file}: ${shown}${more > 0 ? `; and ${more} more problems` : ''}`);
}

/**
 * Quotes a name from an untrusted file: cut to a reasonable length, without characters that affect a terminal or change
 * the direction of text.
 */
export function quote(name: string): string {
  const short = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return JSON.stringify(short).replace(/\p{C}/gu, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A plain parameter name as it is; anything unusual is quoted. */
export function plainName(name: string): string {
  return /^[\w.-]{1,100}$/.test(name) ? name : quote(name);
}
