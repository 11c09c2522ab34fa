/**
 * Lends rows of a fixed number, side by side: what one borrower holds is one run of them. First fit: rows at the front
 * are used again and again, and those at the back may never be touched.
 */
export class RowLender {
  /** Free runs by their first row, none beside another. */
  #free: { from: number; count: number }[];

  constructor(readonly rows: number) {
    this.#free = rows > 0 ? [{ from: 0, count: rows }] : [];
  }

  hasRun(count: number): boolean {
    return this.#free.some((run) => run.count >= count);
  }

  /** The first of `count` rows; undefined where there is no such run now. */
  lend(count: number): number | undefined {
    const run = this.#free.find((each) => each.count >= count);
    if (!run) return undefined;
    const { from } = run;
    run.from += count;
    run.count -= count;
    this.#free = this.#free.filter((each) => each.count > 0);
    return from;
  }

  giveBack(from: number, count: number): void {
    const runs = [...this.#free, { from, count }].sort((a, b) => a.from - b.from);
    this.#free = [];
    for (const run of runs) {
      const last = this.#free.at(-1);
      if (last && last.from + last.count === run.from) last.count += run.count;
      else this.#free.push({ ...run });
    }
  }
}
