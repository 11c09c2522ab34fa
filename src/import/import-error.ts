/** What was asked for cannot be imported: which option, what is wrong with it, and what to do. */
export class ImportError extends Error {
  readonly code = 'BAD_IMPORT';
  override readonly name = 'ImportError';
}
