import { useId, type ReactNode } from 'react';

/** Attributes that connect a control with its label, hint and problem. */
export interface Described {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
}

interface FieldProps {
  readonly label: string;
  readonly hint?: string | undefined;
  readonly problem?: string | undefined;
  readonly children: (described: Described) => ReactNode;
}

/** A labelled control with a hint, and a problem if its value is invalid. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId();
  const describedBy = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': describedBy || undefined, 'aria-invalid': problem ? true : undefined })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem && (
        <p className="problem" id={`${id}-problem`}>
          {problem}
        </p>
      )}
    </div>
  );
}

interface NumberFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** Shown while the field is empty. */
  readonly placeholder?: string | undefined;
  readonly min?: number;
  readonly max?: number | undefined;
  readonly step?: number | 'any';
}

export function NumberField({ value, onChange, placeholder, min, max, step = 1, ...field }: NumberFieldProps) {
  return (
    <Field {...field}>
      {(described) => (
        <input
          {...described}
          type="number"
          inputMode={step === 1 ? 'numeric' : 'decimal'}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          placeholder={placeholder}
          min={min}
          max={max}
          step={step}
        />
      )}
    </Field>
  );
}

interface SelectFieldProps<Choice extends string> extends Omit<FieldProps, 'children'> {
  readonly value: Choice;
  readonly onChange: (value: Choice) => void;
  readonly options: readonly { readonly value: Choice; readonly name: string }[];
}

export function SelectField<Choice extends string>({ value, onChange, options, ...field }: SelectFieldProps<Choice>) {
  return (
    <Field {...field}>
      {(described) => (
        <select
          {...described}
          value={value}
          onChange={(event) => {
            const chosen = options.find((option) => option.value === event.target.value);
            if (chosen) onChange(chosen.value);
          }}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
