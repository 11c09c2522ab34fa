import { useState } from 'react';
import { shownAt } from '../frame.js';
import { heatGradient } from '../heat.js';
import { useShow, useReducedMotion } from '../hooks.js';
import type { View } from '../paint-stage.js';
import { reelOf } from '../playhead.js';
import type { Playback } from '../playback.js';
import { Segments } from './segments.js';
import { Stage } from './stage.js';
import { Timeline, Transport } from './timeline.js';

interface WatchProps {
  readonly playbacks: readonly Playback[];
  /** Started from this page, and so watched from the beginning. */
  readonly isBegun: boolean;
  readonly theme: string;
  /** Which picture, if there are several. */
  readonly index: number;
  readonly onIndex: (index: number) => void;
  readonly captions: readonly string[];
}

const views: readonly { readonly value: View; readonly name: string }[] = [
  { value: 'picture', name: 'Picture' },
  { value: 'confidence', name: 'Confidence' },
  { value: 'order', name: 'Order' },
];

const legends: Record<View, { readonly low: string; readonly high: string } | undefined> = {
  picture: undefined,
  confidence: { low: 'uncertain', high: 'certain' },
  order: { low: 'last', high: 'first' },
};

/** One generation, or two side by side at the same step. */
export function Watch({ playbacks, isBegun, theme, index, onIndex, captions }: WatchProps) {
  const [view, setView] = useState<View>('picture');
  const isStill = useReducedMotion();
  const totalSteps = Math.max(0, ...playbacks.map((playback) => playback.totalSteps));
  const reel = reelOf(playbacks);
  const show = useShow(playbacks.map(({ id }) => id).join(), reel, isBegun && !isStill);
  const count = playbacks[0]?.facts?.count ?? 1;
  const legend = legends[view];
  return (
    <div className="watch">
      <div className={playbacks.length > 1 ? 'stages two' : 'stages'}>
        {playbacks.map((playback, i) => (
          <figure key={playback.id}>
            <Stage playback={playback} index={index} at={show.at} view={view} theme={theme} />
            {captions[i] && <figcaption>{captions[i]}</figcaption>}
            <Timeline playback={playback} index={index} show={show} totalSteps={totalSteps} />
          </figure>
        ))}
      </div>
      <Transport show={show} available={reel.available} totalSteps={totalSteps} />
      <div className="views">
        <Segments legend="View" value={view} onChange={setView} options={views} />
        {view === 'picture' && <p className="hint">{sourceInWords(playbacks, index, show.at)}</p>}
        {legend && (
          <p className="legend">
            {legend.low} <span style={{ background: heatGradient }} /> {legend.high}
          </p>
        )}
      </div>
      {count > 1 && (
        <Segments
          legend="Picture"
          value={String(index)}
          onChange={(value) => onIndex(Number(value))}
          options={Array.from({ length: count }, (_, i) => ({ value: String(i), name: String(i + 1) }))}
        />
      )}
    </div>
  );
}

/** Says what the cells show, since previews differ from the finished picture. */
function sourceInWords(playbacks: readonly Playback[], index: number, at: number): string {
  const kinds = playbacks.map((playback) => shownAt(playback, index, at)?.kind);
  if (kinds.includes('small')) return 'The small picture, which is decoded first.';
  if (kinds.includes('tokens')) return 'Preview of the tokens so far.';
  if (!kinds.includes('finished')) return '';
  return playbacks.every(({ totalSteps }) => at >= totalSteps)
    ? 'The finished picture.'
    : 'The finished picture, cell by cell as it was decoded.';
}
