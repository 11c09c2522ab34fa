/** Who takes part in the next run, where more want to than one run takes: everybody gets as many turns as the others. */
export class Turns<Member> {
  #members: Member[] = [];
  /** Those that have had no turn yet. */
  #newcomers: Member[] = [];

  get size(): number {
    return this.#members.length + this.#newcomers.length;
  }

  /** A newcomer is first: it waits for no more than the run that is under way. */
  join(member: Member): void {
    this.#newcomers.push(member);
  }

  /** @returns whether it was there */
  leave(member: Member): boolean {
    const before = this.size;
    this.#members = this.#members.filter((each) => each !== member);
    this.#newcomers = this.#newcomers.filter((each) => each !== member);
    return this.size < before;
  }

  clear(): void {
    this.#members = [];
    this.#newcomers = [];
  }

  /** At most `limit` members whose turn it is, as many as make all runs of a round equally full. */
  take(limit: number): Member[] {
    const inTurn = [...this.#newcomers, ...this.#members];
    const runs = Math.ceil(inTurn.length / limit);
    const taken = inTurn.splice(0, Math.ceil(inTurn.length / Math.max(runs, 1)));
    const reached = taken.length - this.#newcomers.length;
    this.#newcomers = reached < 0 ? inTurn.splice(0, -reached) : [];
    this.#members = [...inTurn, ...taken];
    return taken;
  }
}
