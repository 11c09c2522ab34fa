import { describe, expect, it } from 'vitest';
import { threadError } from '../../src/worker/port.js';

describe('an error sent between threads', () => {
  it('keeps its code and message', () => {
    expect(threadError(Object.assign(new Error('no weights'), { code: 'BAD_MODEL' }))).toEqual({
      code: 'BAD_MODEL',
      message: 'no weights',
    });
    expect(threadError(new RangeError('too many'))).toEqual({ code: 'INTERNAL', message: 'too many' });
    expect(threadError('thrown as text')).toEqual({ code: 'INTERNAL', message: 'thrown as text' });
  });

  it('includes its cause in one line', () => {
    const error = new Error('x.json cannot be read', { cause: new Error('permission denied\nat somewhere') });
    expect(threadError(error).message).toBe('x.json cannot be read (permission denied)');
  });

  it('does not repeat a cause', () => {
    const error = new Error('no device: permission denied.', { cause: new Error('permission denied\nat somewhere') });
    expect(threadError(error).message).toBe('no device: permission denied.');
  });
});
