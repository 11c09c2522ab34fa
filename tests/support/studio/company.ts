import { createClient } from 'randar-client';
import { onTestFinished } from 'vitest';

/** Others, for whom a server draws besides. */
export interface Company {
  leave(): Promise<void>;
}

const generations = 2;

/**
 * Has a server draw many pictures for others. A step takes as long as all of them together need, so that what is asked
 * for meanwhile is still being drawn when a test has seen it, on a fast machine too. They leave with the test's end.
 */
export async function keepCompany(url: string): Promise<Company> {
  const client = createClient({ url });
  const input = {
    label: { name: 'ghost' },
    count: 16,
    schedule: { kind: 'ONE_BY_ONE' },
    preview: { mode: 'NONE' },
  } as const;
  const begun = await Promise.all(Array.from({ length: generations }, () => client.queue(input)));
  let left: Promise<void> | undefined;
  const leave = async () => {
    // A server that is gone draws nothing any more.
    await Promise.allSettled(begun.map(({ id }) => client.cancel(id)));
    await client.close();
  };
  const company = { leave: () => (left ??= leave()) };
  onTestFinished(() => company.leave());
  return company;
}
