import type { Value } from './pickle-value.js';

/** Python's pickler recurses and stops at a depth of 1000. */
const maxMarks = 1000;

/** The stack of a pickle machine. Marks divide it into levels; nothing below the last mark can be popped. */
export class PickleStack {
  readonly #values: Value[] = [];
  readonly #marks: number[] = [];

  constructor(readonly fail: (what: string) => never) {}

  get isEmpty(): boolean {
    return this.#values.length === 0 && this.#marks.length === 0;
  }

  push(value: Value): void {
    this.#values.push(value);
  }

  pop(): Value {
    const [value = null] = this.popMany(1);
    return value;
  }

  top(): Value {
    const value = this.pop();
    this.push(value);
    return value;
  }

  popMany(count: number): Value[] {
    if (this.#values.length - (this.#marks.at(-1) ?? 0) < count) this.fail('pops from an empty stack');
    return this.#values.splice(-count);
  }

  mark(): void {
    if (this.#marks.length === maxMarks) this.fail(`is nested deeper than ${maxMarks}`);
    this.#marks.push(this.#values.length);
  }

  popToMark(): Value[] {
    return this.#values.splice(this.#marks.pop() ?? this.fail('has no matching mark'));
  }
}

export function append(stack: PickleStack, values: readonly Value[]): void {
  const list = stack.top();
  if (!Array.isArray(list)) return stack.fail('appends to something that is not a list');
  for (const value of values) list.push(value);
}

export function setItems(stack: PickleStack, items: readonly Value[]): void {
  const dict = stack.top();
  if (!(dict instanceof Map)) return stack.fail('sets an item of something that is not a dict');
  if (items.length % 2 !== 0) stack.fail('sets an item without a value');
  for (let i = 0; i < items.length; i += 2) dict.set(items[i] ?? null, items[i + 1] ?? null);
}
