import type { Model } from 'randar-client';
import { useState } from 'react';
import { everyCapability } from '../abilities.js';
import { anySeed, orders, previewModes, schedules, type Form } from '../form.js';
import { problemOf, type FieldProblem } from '../trouble.js';
import { NumberField, SelectField } from './field.js';

interface SettingsProps {
  readonly form: Form;
  readonly onChange: (change: Partial<Form>) => void;
  readonly model: Model | undefined;
  readonly problems: readonly FieldProblem[];
  /** With a source, the size is the model's own. */
  readonly hasSource: boolean;
  /** The seed of the newest picture, to reuse it. */
  readonly lastSeed: number | undefined;
  /** While comparing, the two orders are chosen elsewhere. */
  readonly isComparing: boolean;
}

const foldedFields = ['schedule', 'guidance', 'temperature', 'topK', 'topP', 'preview', 'size'];

/** Generation settings. An empty field shows the model's default. */
export function Settings({ form, onChange, model, problems, hasSource, lastSeed, isComparing }: SettingsProps) {
  const [isOpen, setIsOpen] = useState(false);
  const [seen, setSeen] = useState(problems);
  if (seen !== problems) {
    setSeen(problems);
    // Unfold to show problems.
    if (problems.some(({ field }) => foldedFields.includes(field.split('.')[0] ?? ''))) setIsOpen(true);
  }
  const defaults = model?.defaults;
  const can = model?.capabilities ?? everyCapability;
  const cells = model && model.gridWidth * model.gridHeight;
  const problem = (field: string) => problemOf(problems, field);
  const number = (field: keyof Form) => ({
    value: form[field],
    onChange: (value: string) => onChange({ [field]: value }),
  });
  const shown = (value: number | undefined) => (value === undefined ? undefined : String(value));

  return (
    <>
      {!isComparing && can.anyOrder && (
        <SelectField
          label="Order of cells"
          value={form.order || (defaults?.order ?? 'RANDOM')}
          onChange={(order) => onChange({ order })}
          options={orders.map(({ kind, name, what }) => ({ value: kind, name: `${name}: ${what}` }))}
          problem={problem('order')}
        />
      )}
      <div className="row">
        {can.parallelSteps && (
          <NumberField
            label="Steps"
            {...number('steps')}
            placeholder={form.size === '2' || hasSource ? 'auto' : shown(defaults?.steps)}
            min={1}
            max={form.size === '2' ? undefined : cells}
            problem={problem('steps')}
          />
        )}
        {!isComparing && (
          <NumberField label="Pictures" {...number('count')} min={1} max={16} problem={problem('count')} />
        )}
        <div className="with-button">
          <NumberField label="Seed" {...number('seed')} placeholder="random" min={0} problem={problem('seed')} />
          <button
            type="button"
            className="quiet"
            onClick={() => onChange({ seed: form.seed === '' ? String(lastSeed ?? anySeed()) : '' })}
          >
            {form.seed === '' ? 'Fix' : 'Random'}
            <span className="unseen">{form.seed === '' ? ' the seed' : ' seed'}</span>
          </button>
        </div>
      </div>
      {!can.parallelSteps && <p className="hint">This model decodes one cell per step: {cells} steps.</p>}
      <details open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary>More settings</summary>
        {can.parallelSteps && (
          <SelectField
            label="Schedule"
            value={form.schedule}
            onChange={(schedule) => onChange({ schedule })}
            options={schedules.map(({ kind, name }) => ({ value: kind, name }))}
            problem={problem('schedule')}
          />
        )}
        <div className="row">
          <NumberField
            label="Guidance, first cell"
            {...number('guidanceStart')}
            placeholder={shown(defaults?.guidanceStart)}
            min={0}
            max={100}
            step="any"
            problem={problem('guidance.start')}
          />
          <NumberField
            label="Guidance, last cell"
            {...number('guidanceEnd')}
            placeholder={shown(defaults?.guidanceEnd)}
            min={0}
            max={100}
            step="any"
            problem={problem('guidance.end')}
          />
        </div>
        <div className="row">
          <NumberField
            label="Temperature"
            {...number('temperature')}
            placeholder={shown(defaults?.temperature)}
            min={0}
            max={10}
            step="any"
            problem={problem('temperature')}
          />
          <NumberField
            label="Top k"
            {...number('topK')}
            placeholder={shown(defaults?.topK)}
            min={0}
            problem={problem('topK')}
          />
          <NumberField
            label="Top p"
            {...number('topP')}
            placeholder={shown(defaults?.topP)}
            min={0}
            max={1}
            step="any"
            problem={problem('topP')}
          />
        </div>
        <SelectField
          label="Previews"
          value={form.preview}
          onChange={(preview) => onChange({ preview })}
          options={previewModes.map(({ kind, name }) => ({ value: kind, name }))}
          problem={problem('preview')}
        />
        {!hasSource && can.enlarging && (
          <SelectField
            label="Size"
            value={form.size}
            onChange={(size) => onChange({ size })}
            options={[
              { value: '1', name: model ? `${model.imageWidth} × ${model.imageHeight}` : 'Model resolution' },
              { value: '2', name: model ? `${2 * model.imageWidth} × ${2 * model.imageHeight}, enlarged` : 'Enlarged' },
            ]}
            problem={problem('size')}
          />
        )}
      </details>
    </>
  );
}
