import type { FinishedGeneration } from 'randar-client';
import { useState } from 'react';
import { isOver, pathOf, type Playback } from '../playback.js';
import type { Session } from '../session.js';
import { useValue } from '../value.js';
import { Segments } from './segments.js';

interface GalleryProps {
  readonly session: Session;
  readonly onShow: (id: string) => void;
}

type Whose = 'all' | 'mine';

/** The generations the server keeps, newest first. */
export function Gallery({ session, onShow }: GalleryProps) {
  const kept = useValue(session.kept);
  const playbacks = useValue(session.playbacks);
  const shown = useValue(session.shown);
  const mine = useValue(session.history.drawn).map(({ id }) => id);
  const [whose, setWhose] = useState<Whose>('all');
  const generations = whose === 'all' ? kept : kept.filter(({ id }) => mine.includes(id));
  return (
    <section className="gallery" aria-labelledby="gallery">
      <div className="heading">
        <h2 id="gallery">Gallery</h2>
        <Segments
          legend="Show"
          value={whose}
          onChange={setWhose}
          options={[
            { value: 'all', name: 'All' },
            { value: 'mine', name: 'Mine' },
          ]}
        />
      </div>
      {generations.length === 0 && <p className="hint">Finished pictures appear here.</p>}
      <ul>
        {generations.map((generation) => (
          <li key={generation.id}>
            <Card
              generation={generation}
              playback={playbacks.get(generation.id)}
              isShown={shown.includes(generation.id)}
              onShow={() => onShow(generation.id)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CardProps {
  readonly generation: FinishedGeneration;
  readonly playback: Playback | undefined;
  readonly isShown: boolean;
  readonly onShow: () => void;
}

function Card({ generation, playback, isShown, onShow }: CardProps) {
  const { label, seed, count, images } = generation;
  const [first] = images;
  const { status } = playback && isOver(playback) ? playback : generation;
  const step = Math.max(generation.step, playback?.steps.length ?? 0);
  return (
    <button type="button" className="card" aria-pressed={isShown} onClick={onShow}>
      {first ? (
        <img src={pathOf(first.image.url ?? '')} alt="" loading="lazy" decoding="async" />
      ) : (
        <span className="waiting" aria-hidden="true">
          {label.symbol ?? '·'}
          <progress value={step} max={generation.totalSteps} tabIndex={-1} />
        </span>
      )}
      <span className="name">
        {label.title}
        {count > 1 && ` × ${count}`}
      </span>
      <span className="hint numbers">{status === 'COMPLETED' ? `seed ${seed}` : words[status]}</span>
    </button>
  );
}

const words = {
  QUEUED: 'queued',
  RUNNING: 'drawing',
  COMPLETED: 'finished',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
