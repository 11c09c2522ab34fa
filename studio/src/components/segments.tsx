import { useId } from 'react';

interface SegmentsProps<Choice extends string> {
  readonly legend: string;
  readonly value: Choice;
  readonly onChange: (value: Choice) => void;
  readonly options: readonly { readonly value: Choice; readonly name: string }[];
}

/** A few choices side by side: radio buttons that look like a switch. */
export function Segments<Choice extends string>({ legend, value, onChange, options }: SegmentsProps<Choice>) {
  const name = useId();
  return (
    <fieldset className="segments">
      <legend className="unseen">{legend}</legend>
      {options.map((option) => (
        <label key={option.value}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span>{option.name}</span>
        </label>
      ))}
    </fieldset>
  );
}
