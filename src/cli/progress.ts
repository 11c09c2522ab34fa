const width = 30;

/** Draws a progress bar over the previous one; does nothing unless standard error is a terminal. */
export function showBar(done: number, total: number, text: string): void {
  if (!process.stderr.isTTY) return;
  const filled = Math.round((done / Math.max(total, 1)) * width);
  process.stderr.write(`\r\x1b[K${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${text}`);
}

/** Ends the line of the progress bar. */
export function endBar(): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
}

/** Formats 1,234,567 bytes as 1.2 MB. */
export function printBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power] ?? ''}`;
}
