import type { GenerateInput, Generation, Model } from 'randar-client';
import type { Session } from '../session.js';
import { isOver, type Playback } from '../playback.js';
import { spokenText, statusText } from '../status-text.js';
import type { Trouble } from '../trouble.js';
import { useValue } from '../value.js';
import { Notice } from './notice.js';
import { OperationPanel } from './operation-panel.js';
import { Watch } from './watch.js';

/** Actions on a finished picture. */
export interface ResultActions {
  readonly redraw: (playback: Playback, index: number) => void;
  readonly inpaint: (facts: Generation, path: string) => void;
  /** Generates from an input as it is. */
  readonly draw: (inputs: readonly GenerateInput[]) => void;
}

interface ResultProps extends ResultActions {
  readonly cancel: (ids: readonly string[]) => void;
  readonly session: Session;
  readonly models: readonly Model[];
  readonly theme: string;
  readonly index: number;
  readonly onIndex: (index: number) => void;
}

/** The current generation, or two side by side. */
export function Result({ session, models, theme, index, onIndex, redraw, inpaint, draw, cancel }: ResultProps) {
  const all = useValue(session.playbacks);
  const troubles = useValue(session.troubles);
  const shown = useValue(session.shown);
  const playbacks = shown.flatMap((id) => all.get(id) ?? []);
  const running = playbacks.filter((playback) => !isOver(playback) && !troubles.has(playback.id));
  // If the server has dropped a generation, only the tab that started it knows its input.
  const inputs = shown.flatMap((id) => all.get(id)?.facts?.input ?? session.history.inputOf(id) ?? []);
  const trouble = shown.map((id) => troubles.get(id)).find((found) => found !== undefined);
  const [only] = playbacks.length === 1 ? playbacks : [];
  const captions = only ? [] : playbacks.map(({ facts }) => orderInWords(facts?.input));
  const named = (text: string, at: number) => (captions[at] === undefined ? text : `${captions[at]}: ${text}`);

  return (
    <section className="result" aria-label="Result">
      <Watch
        playbacks={playbacks}
        isBegun={shown.every((id) => session.begun.has(id))}
        theme={theme}
        index={index}
        onIndex={onIndex}
        captions={captions}
      />
      {!trouble &&
        playbacks.map((playback, at) => (
          <p className="status numbers" key={playback.id}>
            {named(statusText(playback), at)}
          </p>
        ))}
      <p className="unseen" role="status">
        {playbacks.map((playback, at) => named(spokenText(playback), at)).join(' ')}
      </p>
      {trouble && (
        <TroubleNotice
          trouble={trouble}
          onLeave={() => session.show([])}
          onAgain={inputs.length === shown.length ? () => draw(inputs) : undefined}
        />
      )}
      <div className="actions">
        {running.length > 0 && (
          <button type="button" onClick={() => cancel(running.map(({ id }) => id))}>
            Cancel
          </button>
        )}
        {only?.status === 'COMPLETED' && (
          <FinishedActions playback={only} {...{ models, index, redraw, inpaint, draw }} />
        )}
      </div>
      {only?.facts && <OperationPanel input={only.facts.input} endpoint={new URL('/graphql', location.href).href} />}
    </section>
  );
}

interface TroubleNoticeProps {
  readonly trouble: Trouble;
  /** Undefined if the input is unknown. */
  readonly onAgain: (() => void) | undefined;
  readonly onLeave: () => void;
}

function TroubleNotice({ trouble, onAgain, onLeave }: TroubleNoticeProps) {
  return (
    <Notice title={trouble.title} text={trouble.text}>
      {onAgain && (
        <button type="button" onClick={onAgain}>
          Draw again
        </button>
      )}
      <button type="button" className="quiet" onClick={onLeave}>
        Dismiss
      </button>
    </Notice>
  );
}

interface FinishedActionsProps extends ResultActions {
  readonly playback: Playback;
  readonly models: readonly Model[];
  readonly index: number;
}

/** The actions that the picture's own model supports; another model may be selected. */
function FinishedActions({ playback, models, index, redraw, inpaint, draw }: FinishedActionsProps) {
  const image = playback.images[index];
  const { facts, grid } = playback;
  if (!facts || !grid || !image) return null;
  const isOwnSize = grid.width === facts.model.gridWidth;
  const { input } = facts;
  const can = models.find(({ id }) => id === facts.model.id)?.capabilities;
  return (
    <>
      {isOwnSize && can?.knownTokens && (
        <button type="button" className="quiet" onClick={() => redraw(playback, index)}>
          Redraw cells
        </button>
      )}
      {can?.knownTokens && (
        <button type="button" className="quiet" onClick={() => inpaint(facts, image.path)}>
          Inpaint this
        </button>
      )}
      {isOwnSize && can?.enlarging && !input.source && (
        <button
          type="button"
          className="quiet"
          onClick={() => {
            // For an enlargement, steps are counted over all cells of the large grid.
            const steps = input.steps ? { steps: 4 * input.steps } : {};
            draw([{ ...input, ...steps, count: 1, seed: image.seed, size: { factor: 2 } }]);
          }}
        >
          Enlarge
        </button>
      )}
      <a className="button quiet" href={image.path} download={`${facts.label.name}-${image.seed}.png`}>
        Save
      </a>
    </>
  );
}

function orderInWords(input: GenerateInput | undefined): string {
  if (input?.order?.positions) return 'Custom order';
  const kind = input?.order?.kind?.toLowerCase().replace('_', ' ') ?? 'default';
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} order`;
}
