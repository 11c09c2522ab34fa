/**
 * What a pickle describes, as plain data. Lists, tuples and sets are arrays, dicts are Maps. A value can be part of many
 * others and of itself, as in Python: walk no deeper than you must, and never by recursion.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Value[] | Map<Value, Value> | Named;

/** What Python would look up by its name; here it is only named. */
export type Named = GlobalName | Call | Persistent;

export interface GlobalName {
  readonly kind: 'global';
  readonly name: string;
}

/** What Python would call: nothing is. */
export interface Call {
  readonly kind: 'call';
  readonly callee: string;
  readonly args: readonly Value[];
}

/** What the pickle says lies elsewhere. */
export interface Persistent {
  readonly kind: 'persistent';
  readonly id: Value;
}

export function isNamed<K extends Named['kind']>(value: Value, kind: K): value is Extract<Named, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}
