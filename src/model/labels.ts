import { distance } from 'fastest-levenshtein';

/** A class that a model can draw. */
export interface Label {
  readonly index: number;
  /** Unique within the model, without spaces. */
  readonly name: string;
  readonly title: string;
  readonly symbol: string | null;
}

/** Labels whose name, title or symbol contains the text; those that start with it come first. */
export function searchLabels(labels: readonly Label[], text: string): Label[] {
  const wanted = fold(text);
  const rank = ({ name, title, symbol }: Label): number => {
    if (symbol === text.trim()) return 0;
    const places = [fold(name), fold(title)].map((field) => field.indexOf(wanted)).filter((at) => at >= 0);
    return places.length === 0 ? -1 : Math.min(...places) === 0 ? 1 : 2;
  };
  return labels
    .map((label) => ({ label, rank: rank(label) }))
    .filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank || a.label.index - b.label.index)
    .map(({ label }) => label);
}

/** Finds a label by name; ignores case and treats space, "_" and "-" alike. */
export function findLabel(labels: readonly Label[], name: string): Label | undefined {
  return labels.find((label) => label.name === name) ?? labels.find((label) => fold(label.name) === fold(name));
}

/** The names closest to a misspelled one, nearest first. */
export function nearestNames(labels: readonly Label[], name: string, count = 3): string[] {
  const wanted = fold(name);
  const away = (label: Label): number => {
    const candidate = fold(label.name);
    const words = [candidate, ...candidate.split('-'), fold(label.title)];
    const nearest = Math.min(...words.map((word) => distance(wanted, word)));
    return wanted !== '' && candidate.includes(wanted) ? 0 : nearest;
  };
  return labels
    .map((label) => ({ name: label.name, away: away(label) }))
    .sort((a, b) => a.away - b.away || a.name.localeCompare(b.name))
    .slice(0, count)
    .map((near) => near.name);
}

function fold(text: string): string {
  return text
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, '-');
}
