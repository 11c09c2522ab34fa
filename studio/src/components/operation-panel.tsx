import type { GenerateInput } from 'randar-client';
import { useState } from 'react';
import { operationTexts, shortened, type OperationTexts } from '../operation-text.js';
import { Segments } from './segments.js';

interface OperationPanelProps {
  readonly input: GenerateInput;
  readonly endpoint: string;
}

/** Shows the input as GraphQL, curl and client code, for copying. */
export function OperationPanel({ input, endpoint }: OperationPanelProps) {
  const [kind, setKind] = useState<keyof OperationTexts>('graphql');
  const [copied, setCopied] = useState('');
  const text = operationTexts(input, endpoint)[kind];
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => setCopied('Copied.'),
      () => setCopied('Copying is blocked by the browser. Select the text instead.'),
    );
  };
  return (
    <details className="operation">
      <summary>Copy as code</summary>
      <div className="heading">
        <Segments
          legend="Language"
          value={kind}
          onChange={(next) => {
            setKind(next);
            setCopied('');
          }}
          options={[
            { value: 'graphql', name: 'GraphQL' },
            { value: 'curl', name: 'curl' },
            { value: 'client', name: 'Client' },
          ]}
        />
        <button type="button" className="quiet" onClick={copy}>
          Copy
        </button>
        <span role="status">{copied}</span>
      </div>
      {/* Focusable, so that it can be scrolled by keyboard. */}
      <pre tabIndex={0} role="region" aria-label="Operation">
        {shortened(text)}
      </pre>
    </details>
  );
}
