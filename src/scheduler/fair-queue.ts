/** An entry may be passed by this many that fit where it does not; then the others wait until it does. */
const mostPassing = 8;

interface Entry<Item> {
  readonly item: Item;
  readonly client: string;
  readonly serial: number;
  passedBy: number;
}

/**
 * A queue that is fair between clients: each one's items leave in the order in which they came, and the client that is
 * using least comes first, whoever has waited longest among equals. What does not fit yet lets others pass, a few times.
 */
export class FairQueue<Item> {
  #entries: Entry<Item>[] = [];
  #serial = 0;

  get size(): number {
    return this.#entries.length;
  }

  /** In the order in which they came. */
  get items(): readonly Item[] {
    return this.#entries.map(({ item }) => item);
  }

  push(client: string, item: Item): void {
    this.#entries.push({ item, client, serial: this.#serial++, passedBy: 0 });
  }

  /** @returns whether it was there */
  remove(item: Item): boolean {
    const before = this.size;
    this.#entries = this.#entries.filter((entry) => entry.item !== item);
    return this.size < before;
  }

  /**
   * Takes out the next item for which `admit` has room.
   *
   * @param inUse what a client is using now; only how it compares with others counts
   * @param admit true where there was room for the item, which is then taken
   */
  next(inUse: (client: string) => number, admit: (item: Item, client: string) => boolean): Item | undefined {
    const passed: Entry<Item>[] = [];
    for (const entry of this.#heads(inUse)) {
      if (admit(entry.item, entry.client)) {
        for (const each of passed) each.passedBy++;
        this.#entries = this.#entries.filter((each) => each !== entry);
        return entry.item;
      }
      if (entry.passedBy >= mostPassing) return undefined;
      passed.push(entry);
    }
    return undefined;
  }

  #heads(inUse: (client: string) => number): Entry<Item>[] {
    const heads = new Map<string, Entry<Item>>();
    for (const entry of this.#entries) if (!heads.has(entry.client)) heads.set(entry.client, entry);
    const used = new Map([...heads.keys()].map((client) => [client, inUse(client)]));
    return [...heads.values()].sort(
      (a, b) => (used.get(a.client) ?? 0) - (used.get(b.client) ?? 0) || a.serial - b.serial,
    );
  }
}
