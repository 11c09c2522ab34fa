import { isOver, type Playback } from './playback.js';

/** The state of a generation in one sentence. */
export function statusText(playback: Playback): string {
  const { facts, status, steps, totalSteps, ahead, failure, elapsedMs } = playback;
  if (!facts) return 'Waiting for the server.';
  const what = `${facts.label.title}${facts.count > 1 ? ` × ${facts.count}` : ''}`;
  switch (status) {
    case 'QUEUED':
      return ahead === 0 ? `${what}: next in the queue.` : `${what}: queued behind ${ahead}.`;
    case 'RUNNING':
      return `${what} is being drawn: step ${steps.length} of ${totalSteps}.`;
    case 'COMPLETED':
      return `${what}, drawn in ${seconds(elapsedMs)}: ${totalSteps} steps, seed ${facts.seed}.`;
    case 'FAILED':
      return `${what} failed: ${failure ?? 'the server gave no reason'}`;
    case 'CANCELLED':
      return `${what} was cancelled after step ${steps.length} of ${totalSteps}.`;
  }
}

/** The same for screen readers, with progress in quarters. */
export function spokenText(playback: Playback): string {
  const { steps, totalSteps, facts } = playback;
  if (isOver(playback) || playback.status !== 'RUNNING' || !facts) return statusText(playback);
  const quarter = Math.floor((4 * steps.length) / Math.max(1, totalSteps));
  return quarter === 0
    ? `${facts.label.title} is being drawn.`
    : `${facts.label.title}: ${quarter * 25} % of the steps.`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}
