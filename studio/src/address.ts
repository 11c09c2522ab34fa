/** What the page shows, kept in its address so that a reload, a bookmark or another person shows the same. */
export interface Address {
  /** One generation, or two to compare. */
  readonly generations: readonly string[];
}

/** Ids are of letters, digits, - and _: anything else is no address of ours. */
const id = /^[\w-]{1,100}$/;

export function parseAddress(hash: string): Address {
  const ids = new URLSearchParams(hash.replace(/^#/, '')).get('generation')?.split(',') ?? [];
  const generations = ids.filter((text) => id.test(text)).slice(0, 2);
  return { generations: [...new Set(generations)] };
}

export function formatAddress({ generations }: Address): string {
  return generations.length === 0 ? '' : `#generation=${generations.join(',')}`;
}
