/** Of what a blocking call computes: what it throws rejects, as where a call does not block. */
export function promiseOf<T>(compute: () => T): Promise<T> {
  return new Promise((resolve) => resolve(compute()));
}
