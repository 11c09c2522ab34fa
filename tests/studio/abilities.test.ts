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
  it('are those it supports', () => {
    expect(tasksOf(everyCapability, 'draw')).toEqual(['draw', 'inpaint', 'outpaint', 'compare']);
    expect(tasksOf({ ...everyCapability, knownTokens: false }, 'draw')).toEqual(['draw', 'compare']);
    expect(tasksOf({ ...everyCapability, anyOrder: false }, 'draw')).toEqual(['draw', 'inpaint', 'outpaint']);
    expect(tasksOf(none, 'draw')).toEqual(['draw']);
  });

  it('include redraw while it is selected, if supported', () => {
    expect(tasksOf(everyCapability, 'redraw')).toContain('redraw');
    expect(tasksOf({ ...everyCapability, knownTokens: false }, 'redraw')).not.toContain('redraw');
  });
});

describe('the task after switching models', () => {
  it('stays if the new model supports it', () => {
    for (const task of [inpaint, outpaint, compare]) expect(taskFor(task, everyCapability)).toBe(task);
  });

  it('becomes draw otherwise, and after a redraw, whose tokens belong to the previous model', () => {
    for (const task of [inpaint, outpaint, compare]) expect(taskFor(task, none)).toEqual({ kind: 'draw' });
    expect(taskFor(redraw, everyCapability)).toEqual({ kind: 'draw' });
  });
});

describe('the problem with using a picture with a model', () => {
  const fast = { name: 'Fast', capabilities: { ...everyCapability, knownTokens: false } };
  const first = { name: 'First', capabilities: everyCapability };
  const second = { ...first, name: 'Second' };

  it('is none if the model can start from one', () => {
    expect(pictureTrouble(first, [first, fast])).toBeUndefined();
  });

  it('is the model otherwise, and those that can are listed', () => {
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

  it('is complete if the model supports everything', () => {
    expect(formFor(filled, everyCapability)).toEqual(filled);
  });

  it('omits what the model does not support, and keeps the rest', () => {
    expect(formFor(filled, none)).toEqual({ ...initialForm, label: 'rocket', temperature: '0.5' });
    expect(formFor(filled, { ...none, anyOrder: true }).order).toBe('SPIRAL');
  });
});
