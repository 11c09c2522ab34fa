import { describe, expect, it } from 'vitest';
import { findLabel, nearestNames, searchLabels, type Label } from '../../src/model/labels.js';

const labels: Label[] = ['dog-face', 'dog', 'hot-dog', 'rocket', 'red-heart', 'ghost'].map((name, index) => ({
  index,
  name,
  title: name.replace('-', ' '),
  symbol: name === 'ghost' ? '👻' : null,
}));
const names = (found: readonly Label[]) => found.map(({ name }) => name);

describe('a label', () => {
  it('is found by its name, regardless of case and spaces', () => {
    expect(findLabel(labels, 'red-heart')?.index).toBe(4);
    expect(findLabel(labels, ' Red Heart')?.index).toBe(4);
    expect(findLabel(labels, 'red_heart')?.index).toBe(4);
    expect(findLabel(labels, 'heart')).toBeUndefined();
  });

  it('that does not exist has close names', () => {
    expect(nearestNames(labels, 'rokcet')[0]).toBe('rocket');
    expect(nearestNames(labels, 'heart')[0]).toBe('red-heart');
    expect(nearestNames(labels, '')).toHaveLength(3);
  });

  it('is searched by name, title and symbol, those that start with the text first', () => {
    expect(names(searchLabels(labels, 'dog'))).toEqual(['dog-face', 'dog', 'hot-dog']);
    expect(names(searchLabels(labels, 'Dog F'))).toEqual(['dog-face']);
    expect(names(searchLabels(labels, '👻'))).toEqual(['ghost']);
    expect(searchLabels(labels, 'zebra')).toEqual([]);
  });
});
