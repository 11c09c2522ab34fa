import type { Model } from 'randar-client';
import { useEffect, useRef, type SubmitEvent } from 'react';
import { everyCapability, tasksOf } from '../abilities.js';
import type { Requests } from '../use-requests.js';
import { orders, type Form } from '../form.js';
import type { Session } from '../session.js';
import { taskNames, type Task, type TaskKind } from '../task.js';
import { problemOf, type FieldProblem } from '../trouble.js';
import { NumberField, SelectField } from './field.js';
import { LabelSearch, type Label } from './label-search.js';
import { Notice } from './notice.js';
import { Segments } from './segments.js';
import { Settings } from './settings.js';

interface ControlsProps {
  readonly session: Session;
  readonly models: readonly Model[];
  readonly model: Model | undefined;
  readonly form: Form;
  readonly onModel: (id: string) => void;
  readonly onForm: (change: Partial<Form>) => void;
  readonly label: Label | undefined;
  readonly onLabel: (label: Label) => void;
  readonly task: Task;
  readonly onTask: (task: Task) => void;
  readonly onTaskKind: (kind: TaskKind) => void;
  /** The seed of the newest picture. */
  readonly lastSeed: number | undefined;
  readonly requests: Requests;
  readonly onDraw: () => void;
}

const noProblems: readonly FieldProblem[] = [];

/** The form: what to draw and how. */
export function Controls(props: ControlsProps) {
  const { session, models, model, onModel, form, onForm, label, onLabel } = props;
  const { task, onTask, onTaskKind, lastSeed, requests, onDraw } = props;
  const element = useRef<HTMLFormElement>(null);
  const problems = requests.trouble?.fields ?? noProblems;
  useEffect(() => element.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [problems]);
  const offered = tasksOf(model?.capabilities ?? everyCapability, task.kind);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    onDraw();
  };
  return (
    // The server explains problems; the browser's own validation messages would preempt it.
    <form
      ref={element}
      // Until the model is known, controls only reserve their space, so that none appears and vanishes again.
      className={model ? 'controls' : 'controls not-yet'}
      aria-label="What to draw"
      noValidate
      onSubmit={submit}
    >
      {offered.length > 1 && (
        <Segments
          legend="Task"
          value={task.kind}
          onChange={onTaskKind}
          options={offered.map((kind) => ({ value: kind, name: taskNames[kind] }))}
        />
      )}
      {models.length > 1 && (
        <SelectField
          label="Model"
          value={model?.id ?? ''}
          onChange={onModel}
          options={models.map(({ id, name }) => ({ value: id, name }))}
          problem={problemOf(problems, 'model')}
        />
      )}
      <LabelSearch
        client={session.client}
        model={form.model}
        chosen={label}
        onChoose={onLabel}
        problem={problemOf(problems, 'label')}
      />
      {task.kind === 'compare' && (
        <div className="row">
          {task.orders.map((order, at) => (
            <SelectField
              key={at}
              label={at === 0 ? 'First order' : 'Second order'}
              value={order}
              onChange={(chosen) =>
                onTask({ kind: 'compare', orders: at === 0 ? [chosen, task.orders[1]] : [task.orders[0], chosen] })
              }
              options={orders.map(({ kind, name }) => ({ value: kind, name }))}
            />
          ))}
        </div>
      )}
      <button type="submit" className="draw" disabled={requests.isAsking || !model}>
        {requests.isAsking ? 'Sending' : task.kind === 'compare' ? 'Draw both' : taskNames[task.kind]}
      </button>
      {requests.trouble && (
        <Notice title={requests.trouble.title} text={requests.trouble.text}>
          {unplaced(problems)}
        </Notice>
      )}
      <Settings
        form={form}
        onChange={onForm}
        model={model}
        problems={problems}
        hasSource={task.kind === 'inpaint' || task.kind === 'outpaint' || task.kind === 'redraw'}
        lastSeed={lastSeed}
        isComparing={task.kind === 'compare'}
      />
      {task.kind === 'inpaint' && (
        <NumberField
          label="Blend original pixels back in"
          hint="Width of the soft edge in pixels, 0 to 64. Leave empty for no blending."
          value={task.blend}
          onChange={(blend) => onTask({ ...task, blend })}
          min={0}
          max={64}
          problem={problemOf(problems, 'source.inpaint.blend')}
        />
      )}
    </form>
  );
}

/** Problems without a control of their own, such as those of a picture or mask. */
function unplaced(problems: readonly { readonly field: string; readonly message: string }[]) {
  const rest = problems.filter(({ field }) => field.startsWith('source') && !field.endsWith('blend'));
  return rest.length === 0 ? null : <p>{rest.map(({ message }) => message).join(' ')}</p>;
}
