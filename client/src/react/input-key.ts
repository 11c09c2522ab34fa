/** A blob has no text that tells it from others: it is numbered when it is first seen. */
const blobNumbers = new WeakMap<Blob, number>();
let blobCount = 0;

/** The same text for inputs that ask for the same, however often a component makes them anew. */
export function inputKey(input: unknown): string {
  return JSON.stringify(input, (_, value: unknown) => {
    if (!(value instanceof Blob)) return value;
    const number = blobNumbers.get(value) ?? ++blobCount;
    blobNumbers.set(value, number);
    return `blob ${number}`;
  });
}
