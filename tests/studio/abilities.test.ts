import { describe, expect, it } from 'vitest';
import { everyCapability, formFor, pictureTrouble, taskFor, tasksOf } from '../../studio/src/abilities.js';
import { initialForm } from '../../studio/src/form.js';
import { emptyMask } from '../../studio/src/mask.js';
import type { Task } from '../../studio/src/task.js';

const none = { parallelSteps: false, anyOrder: false, knownTokens: false, enlarging: false, features: false };
const redraw: Task = { kind: 'redraw', generation: 'a', index: 0, path: '/a.png', mask: emptyMask(4, 4) };
const inpaint: Task = { kind: 'inpaint', blend: '2' };
const outpaint: Task = { kind: 'outpaint', placement: { x: 0, y: 0, width: 1, height: 1 } };
const compare: Task = { kind: 'compare', orders: ['RANDOM', 'RASTER'] };

describe('the tasks of a model', () => {
  it('are those that it can', () => {
    expect(tasksOf(everyCapability, 'draw')).toEqual(['draw', 'inpaint', 'outpaint', 'compare']);
    expect(tasksOf({ ...everyCapability, knownTokens: false }, 'draw')).toEqual(['draw', 'compare']);
    expect(tasksOf({ ...everyCapability, anyOrder: false }, 'draw')).toEqual(['draw', 'inpaint', 'outpaint']);
    expect(tasksOf(none, 'draw')).toEqual(['draw']);
  });

  it('have a redraw among them while it is made, where the model can', () => {
    expect(tasksOf(everyCapability, 'redraw')).toContain('redraw');
    expect(tasksOf({ ...everyCapability, knownTokens: false }, 'redraw')).not.toContain('redraw');
  });
});

describe('the task after another model was chosen', () => {
  it('stays where that model can do it', () => {
    for (const task of [inpaint, outpaint, compare]) expect(taskFor(task, everyCapability)).toBe(task);
  });

  it('is to draw where it cannot, and after a redraw, whose tokens are of the model before', () => {
    for (const task of [inpaint, outpaint, compare]) expect(taskFor(task, none)).toEqual({ kind: 'draw' });
    expect(taskFor(redraw, everyCapability)).toEqual({ kind: 'draw' });
  });
});

describe('what is in the way of a picture for a model', () => {
  const fast = { name: 'Fast', capabilities: { ...everyCapability, knownTokens: false } };
  const first = { name: 'First', capabilities: everyCapability };
  const second = { ...first, name: 'Second' };

  it('is nothing where the model can start from one', () => {
    expect(pictureTrouble(first, [first, fast])).toBeUndefined();
  });

  it('is the model where it cannot, and those that can are named', () => {
    const text = 'Fast cannot keep part of an existing picture.';
    expect(pictureTrouble(fast, [first, fast])?.text).toBe(`${text} Choose another model: First.`);
    expect(pictureTrouble(fast, [first, fast, second])?.text).toBe(`${text} Choose another model: First or Second.`);
    expect(pictureTrouble(fast, [fast])?.text).toBe(`${text} No model on this server supports it. RandAR models do.`);
  });
});

describe('the form for a model', () => {
  const filled = {
    ...initialForm,
    label: 'rocket',
    steps: '48',
    schedule: 'LINEAR',
    order: 'SPIRAL',
    size: '2',
    temperature: '0.5',
  } as const;

  it('says all of it where the model can do all', () => {
    expect(formFor(filled, everyCapability)).toEqual(filled);
  });

  it('leaves out what the model cannot, and keeps the rest', () => {
    expect(formFor(filled, none)).toEqual({ ...initialForm, label: 'rocket', temperature: '0.5' });
    expect(formFor(filled, { ...none, anyOrder: true }).order).toBe('SPIRAL');
  });
});
