/** Picks who takes part in the next run if there are more members than fit into one; all get equally many turns. */
export class Turns<Member> {
  #members: Member[] = [];
  /** Members that have not had a turn yet. */
  #newcomers: Member[] = [];

  get size(): number {
    return this.#members.length + this.#newcomers.length;
  }

  /** Newcomers go first, so they wait only for the current run. */
  join(member: Member): void {
    this.#newcomers.push(member);
  }

  /** @returns Whether the member was present. */
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

  /** At most `limit` members whose turn it is, balanced so that all runs of a round are equally full. */
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
