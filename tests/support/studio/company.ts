import { createClient } from 'randar-client';
import { onTestFinished } from 'vitest';

/** Other clients that keep the server busy. */
export interface Company {
  leave(): Promise<void>;
}

const generations = 2;

/**
 * Keeps a server busy with many pictures for other clients. They slow down each step, so that a generation started in
 * the meantime is still running when a test looks at it, even on a fast machine. They leave when the test ends.
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
    // A server that is gone has no more generations to cancel.
    await Promise.allSettled(begun.map(({ id }) => client.cancel(id)));
    await client.close();
  };
  const company = { leave: () => (left ??= leave()) };
  onTestFinished(() => company.leave());
  return company;
}
