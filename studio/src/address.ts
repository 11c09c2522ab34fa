/** What the page shows, as stored in its URL, so that reloads, bookmarks and shared links show the same. */
export interface Address {
  /** One generation, or two to compare. */
  readonly generations: readonly string[];
}

/** The form of a generation's id; any other URL is ignored. */
const id = /^[\w-]{1,100}$/;

export function parseAddress(hash: string): Address {
  const ids = new URLSearchParams(hash.replace(/^#/, '')).get('generation')?.split(',') ?? [];
  const generations = ids.filter((text) => id.test(text)).slice(0, 2);
  return { generations: [...new Set(generations)] };
}

export function formatAddress({ generations }: Address): string {
  return generations.length === 0 ? '' : `#generation=${generations.join(',')}`;
}
