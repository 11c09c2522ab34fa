import { responseError, type ResponseError } from './error.js';

/** What a server answers to an operation, or sends of a subscription. */
export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly ResponseError[];
}

/** @throws RandarError where the answer tells of errors */
export function dataOf<Data>({ data, errors }: Answer<Data>): Data {
  if (errors && errors.length > 0) throw responseError(errors);
  if (data === null || data === undefined) throw responseError([]);
  return data;
}
