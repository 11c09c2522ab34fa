/**
 * The content of a pickle as plain data. Lists, tuples and sets become arrays, dicts become Maps. As in Python, a value
 * can be shared by many others and can contain itself, so never walk it recursively.
 */
export type Value = null | boolean | number | bigint | string | Uint8Array | Value[] | Map<Value, Value> | Named;

/** An object that Python would import or construct; here it is only described. */
export type Named = GlobalName | Call | Persistent;

export interface GlobalName {
  readonly kind: 'global';
  readonly name: string;
}

/** A call that Python would make; it is never made here. */
export interface Call {
  readonly kind: 'call';
  readonly callee: string;
  readonly args: readonly Value[];
}

/** A reference to data outside the pickle. */
export interface Persistent {
  readonly kind: 'persistent';
  readonly id: Value;
}

export function isNamed<K extends Named['kind']>(value: Value, kind: K): value is Extract<Named, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}
