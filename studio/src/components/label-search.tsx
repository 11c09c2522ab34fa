import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import type { Client, LabelPage } from 'randar-client';
import { Field } from './field.js';

export type Label = LabelPage['edges'][number]['node'];

interface LabelSearchProps {
  readonly client: Client;
  /** A model id; empty for the default. */
  readonly model: string;
  readonly chosen: Label | undefined;
  readonly onChoose: (label: Label) => void;
  readonly problem: string | undefined;
}

const shownAtMost = 100;

/** Searches labels by name, title or symbol: a combobox following the ARIA Authoring Practices. */
export function LabelSearch({ client, model, chosen, onChoose, problem }: LabelSearchProps) {
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState<string>();
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [isEntered, setIsEntered] = useState(false);
  const { labels, isLate } = useLabels(client, model, text ?? '', isOpen);

  useEffect(() => {
    if (isOpen) list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active, isOpen]);

  const choose = (label: Label | undefined) => {
    if (label) onChoose(label);
    setText(undefined);
    setIsOpen(false);
    setIsEntered(false);
  };
  useEffect(() => {
    if (isEntered && !isLate) choose(labels[active]);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setIsOpen(true);
      const by = event.key === 'ArrowDown' ? 1 : -1;
      setActive(isOpen ? (active + by + labels.length) % Math.max(1, labels.length) : 0);
    } else if (event.key === 'Enter' && isOpen) {
      event.preventDefault();
      // Enter means the best match for the complete text, so wait for its results.
      if (isLate) setIsEntered(true);
      else choose(labels[active]);
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      choose(undefined);
    }
  };

  return (
    <Field label="What to draw" problem={problem}>
      {(described) => (
        <div className="combobox">
          {text === undefined && chosen?.symbol && (
            <span className="symbol" aria-hidden="true">
              {chosen.symbol}
            </span>
          )}
          <input
            {...described}
            ref={input}
            role="combobox"
            aria-expanded={isOpen}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={isOpen && labels[active] ? `${listId}-${active}` : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder="Search by name or symbol"
            value={text ?? chosen?.title ?? ''}
            className={text === undefined && chosen?.symbol ? 'has-symbol' : undefined}
            onChange={(event) => {
              setText(event.target.value);
              setActive(0);
              setIsOpen(true);
              setIsEntered(false);
            }}
            onClick={() => {
              input.current?.select();
              setIsOpen(true);
            }}
            onBlur={() => choose(undefined)}
            onKeyDown={onKeyDown}
          />
          <ul id={listId} ref={list} role="listbox" aria-label="Labels" aria-busy={isLate} hidden={!isOpen}>
            {labels.map((label, at) => (
              <li
                key={label.name}
                id={`${listId}-${at}`}
                role="option"
                aria-selected={label.name === chosen?.name}
                className={at === active ? 'active' : undefined}
                // Prevents the field from losing focus, which would close the list.
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => choose(label)}
              >
                <span className="symbol" aria-hidden="true">
                  {label.symbol ?? '·'}
                </span>
                {label.title}
              </li>
            ))}
          </ul>
          {isOpen && !isLate && labels.length === 0 && (
            <p className="hint" role="status">
              No label matches.
            </p>
          )}
        </div>
      )}
    </Field>
  );
}

interface Found {
  readonly labels: readonly Label[];
  /** Whether the results belong to an earlier query. */
  readonly isLate: boolean;
}

function useLabels(client: Client, model: string, search: string, isWanted: boolean): Found {
  const asked = `${model} ${search}`;
  const [found, setFound] = useState<{ readonly asked?: string; readonly labels: readonly Label[] }>({ labels: [] });
  useEffect(() => {
    if (!isWanted) return;
    let isLate = false;
    const page = { ...(model === '' ? {} : { model }), ...(search === '' ? {} : { search }), first: shownAtMost };
    client.labels(page).then(
      (answer) => {
        if (!isLate) setFound({ asked, labels: answer?.edges.map(({ node }) => node) ?? [] });
      },
      // The page shows that the connection is lost; the next letter searches again.
      () => undefined,
    );
    return () => {
      isLate = true;
    };
  }, [client, model, search, asked, isWanted]);
  return { labels: found.labels, isLate: isWanted && found.asked !== asked };
}
