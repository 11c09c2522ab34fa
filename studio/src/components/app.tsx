import type { Generation, Model } from 'randar-client';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { pictureTrouble, taskFor } from '../abilities.js';
import { initialForm, type Form } from '../form.js';
import { emptyMask } from '../mask.js';
import { readPicture } from '../picture.js';
import { centred } from '../placement.js';
import { pathOf, type Playback } from '../playback.js';
import type { Session } from '../session.js';
import type { Task, TaskKind } from '../task.js';
import { useRequests } from '../use-requests.js';
import { useValue } from '../value.js';
import { Controls } from './controls.js';
import { Gallery } from './gallery.js';
import { applyTheme, Header, storedTheme } from './header.js';
import type { Label } from './label-search.js';
import { Notice } from './notice.js';
import { Result } from './result.js';
import { SourceEditor } from './source-editor.js';
import { Welcome } from './welcome.js';

export function App({ session }: { readonly session: Session }) {
  const state = useValue(session.state);
  const shown = useValue(session.shown);
  const kept = useValue(session.kept);
  const models = useModels(session);
  const [theme, setTheme] = useState(storedTheme);
  const [form, setForm] = useState(initialForm);
  const [label, setLabel] = useState<Label>();
  const [task, setTask] = useState<Task>({ kind: 'draw' });
  const [isEditing, setIsEditing] = useState(false);
  const [index, setIndex] = useState(0);
  const requests = useRequests(session);
  const centre = useRef<HTMLDivElement>(null);
  const model = models.find(({ id }) => id === form.model) ?? models[0];
  const first = useFirstLabel(session, model);
  const chosen = label ?? first;

  // Runs before the effects of children, whose canvases read the theme's colours.
  useLayoutEffect(() => applyTheme(theme), [theme]);
  useEffect(() => setIndex(0), [shown]);

  const edit = (next: Task) => {
    setTask(next);
    setIsEditing(next.kind !== 'draw' && next.kind !== 'compare');
  };
  const draw = async () => {
    if (!model) return;
    const wanted: Form = { ...form, label: chosen?.name ?? '' };
    if (!(await requests.drawTask(wanted, task, model))) return;
    setIsEditing(false);
    // On a phone it is below the controls.
    centre.current?.scrollIntoView({ block: 'nearest' });
  };
  const choose = (id: string) => {
    const next = models.find((each) => each.id === id);
    if (!next || next === model) return;
    setForm((before) => ({ ...before, model: id }));
    // The problem may not apply to this model.
    requests.tell(undefined);
    // Each model has its own labels.
    setLabel(undefined);
    const left = taskFor(task, next.capabilities);
    // A frame is aligned to the model's cells.
    setTask(left.kind === 'outpaint' ? taskOf(left.kind, left, next) : left);
    if (left.kind === 'draw') setIsEditing(false);
  };
  /** Scales the picture to the model's input size, so that the mask lines up. */
  const inpaint = async (file: Blob, { imageWidth: width, imageHeight: height }: PictureSize) => {
    const picture = await readPicture(file, { width, height });
    edit({ kind: 'inpaint', picture, mask: emptyMask(width, height), blend: '' });
  };
  const drop = (file: Blob | undefined) => {
    if (!file || !model) return;
    const trouble = pictureTrouble(model, models);
    if (trouble) requests.tell(trouble);
    else void requests.attempt(() => inpaint(file, model));
  };
  const inpaintResult = ({ model: size, label: of }: Generation, path: string) =>
    requests.attempt(async () => {
      choose(size.id);
      await inpaint(await (await fetch(path)).blob(), size);
      setLabel(of);
    });
  const redrawResult = ({ id, images, grid, facts }: Playback, at: number) => {
    const image = images[at];
    if (!image || !grid || !facts) return;
    choose(facts.model.id);
    edit({ kind: 'redraw', generation: id, index: at, path: image.path, mask: emptyMask(grid.width, grid.height) });
    setLabel(facts.label);
  };
  const newest = kept.find(({ images }) => images.length > 0);
  const newestPath = pathOf(newest?.images[0]?.image.url ?? '');

  return (
    <div
      className="page"
      // A picture dropped anywhere is inpainted; by default the browser would navigate to it.
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        drop(event.dataTransfer.files[0]);
      }}
    >
      <Header state={state} theme={theme} onTheme={setTheme} />
      {state === 'lost' && (
        <Notice
          title="Connection lost"
          text="Reconnecting every second. Generations keep running on the server and will show up here once it responds."
        />
      )}
      <main>
        <Controls
          {...{ session, models, model, form, task, requests }}
          lastSeed={newest?.seed}
          label={chosen}
          onLabel={setLabel}
          onModel={choose}
          onForm={(change) => setForm((before) => ({ ...before, ...change }))}
          onTask={setTask}
          onTaskKind={(kind) => edit(taskOf(kind, task, model))}
          onDraw={() => void draw()}
        />
        <div className="centre" ref={centre}>
          {isEditing && model ? (
            <SourceEditor
              task={task}
              onTask={setTask}
              model={model}
              theme={theme}
              onResult={newest && (() => void inpaintResult(newest, newestPath))}
            />
          ) : shown.length > 0 ? (
            <Result
              {...{ session, models, theme, index }}
              onIndex={setIndex}
              redraw={redrawResult}
              inpaint={(facts, path) => void inpaintResult(facts, path)}
              draw={(inputs) => void requests.drawInputs(inputs)}
              cancel={(ids) => void requests.attempt(() => session.cancel(ids))}
            />
          ) : (
            <Welcome theme={theme} />
          )}
          {!isEditing && task.kind !== 'draw' && task.kind !== 'compare' && (
            <button type="button" className="quiet" onClick={() => setIsEditing(true)}>
              Back to the {task.kind === 'outpaint' ? 'frame' : 'mask'}
            </button>
          )}
          {isEditing && shown.length > 0 && (
            <button type="button" className="quiet" onClick={() => setIsEditing(false)}>
              Back to the result
            </button>
          )}
        </div>
        <Gallery
          session={session}
          onShow={(id) => {
            setIsEditing(false);
            session.show([id]);
          }}
        />
      </main>
    </div>
  );
}

interface PictureSize {
  readonly imageWidth: number;
  readonly imageHeight: number;
}

/** Resets the task but keeps the current picture. */
function taskOf(kind: TaskKind, before: Task, model: Model | undefined): Task {
  const picture = 'picture' in before ? before.picture : undefined;
  switch (kind) {
    case 'draw':
      return { kind };
    case 'compare':
      return { kind, orders: ['RANDOM', 'RASTER'] };
    case 'inpaint': {
      const mask = picture && emptyMask(picture.width, picture.height);
      return { kind, blend: '', ...(picture && mask ? { picture, mask } : {}) };
    }
    case 'outpaint': {
      const grid = { width: model?.gridWidth ?? 16, height: model?.gridHeight ?? 16 };
      return { kind, placement: centred(grid), ...(picture ? { picture } : {}) };
    }
    case 'redraw':
      return before;
  }
}

/** Loads the models; retries when the connection returns if there are none yet. */
function useModels({ client, state }: Session): readonly Model[] {
  const [models, setModels] = useState<readonly Model[]>([]);
  const connection = useValue(state);
  useEffect(() => {
    if (models.length > 0 || connection === 'lost') return;
    // A failure means the connection is lost, which the page already shows.
    client.models().then(setModels, () => undefined);
  }, [client, connection, models.length]);
  return models;
}

/** A label to draw before one is chosen. */
function useFirstLabel({ client }: Session, model: Model | undefined): Label | undefined {
  const [label, setLabel] = useState<Label>();
  useEffect(() => {
    if (!model) return;
    client.labels({ model: model.id, search: 'rocket', first: 1 }).then(
      async (found) => {
        const [edge] = found?.edges ?? [];
        setLabel(edge?.node ?? (await client.labels({ model: model.id, first: 1 }))?.edges[0]?.node);
      },
      () => undefined,
    );
  }, [client, model]);
  return label;
}
