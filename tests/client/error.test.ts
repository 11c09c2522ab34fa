import { describe, expect, it } from 'vitest';
import { responseError } from '../../client/src/error.js';

describe('the problems of an error', () => {
  it('are those that the server lists', () => {
    const problems = [
      { field: 'input.steps', message: 'Expected `input.steps` to be 1, got 2.', expected: '1', got: '2' },
      { field: 'input.label', message: 'Expected `input.steps` to be 3, got 4.' },
    ];
    const error = responseError([{ message: 'both', extensions: { code: 'BAD_USER_INPUT', problems } }]);
    expect(error.problems).toEqual(problems);
  });

  it('are one per error if values do not fit the schema', () => {
    const errors = ['input.steps', 'input.label'].map((field) => ({
      message: `${field} is no Int`,
      extensions: { code: 'BAD_USER_INPUT', field },
    }));
    expect(responseError(errors).problems).toEqual([
      { field: 'input.steps', message: 'input.steps is no Int' },
      { field: 'input.label', message: 'input.label is no Int' },
    ]);
  });

  it("are none for other codes or for a proxy's own format", () => {
    expect(responseError([{ message: 'gone', extensions: { code: 'NOT_FOUND', field: 'id' } }]).problems).toEqual([]);
    const problems = ['bad', null, { field: 1, message: 'bad' }, { field: 'input', message: 'bad', got: 3 }];
    const error = responseError([{ message: 'bad', extensions: { code: 'BAD_USER_INPUT', problems } }]);
    expect(error.problems).toEqual([{ field: 'input', message: 'bad' }]);
  });
});
