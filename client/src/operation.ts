import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { responseError, type ResponseError } from './error.js';

/** How operations reach the server. Everything rejects with CONNECTION_LOST as soon as the connection is lost. */
export interface Connection {
  /** The results of a subscription until it ends. Leaving the iteration unsubscribes. */
  readonly iterate: <Data, Variables>(
    operation: Operation<Data, Variables>,
    signal?: AbortSignal,
  ) => AsyncIterableIterator<Data>;
  /** The result of a query or mutation. */
  readonly request: <Data, Variables>(operation: Operation<Data, Variables>, signal?: AbortSignal) => Promise<Data>;
  readonly close: () => Promise<void>;
}

export interface Operation<Data, Variables> {
  readonly document: TypedDocumentNode<Data, Variables>;
  readonly variables: Variables;
}

/** A server's response to an operation, or one result of a subscription. */
export interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly ResponseError[];
}

/** @throws RandarError if the response contains errors. */
export function dataOf<Data>({ data, errors }: Answer<Data>): Data {
  if (errors && errors.length > 0) throw responseError(errors);
  if (data === null || data === undefined) throw responseError([]);
  return data;
}

/** A bearer token, or a function that returns one, called before each request and each WebSocket. */
export type Token = string | (() => string | null | undefined | Promise<string | null | undefined>);

/** The value of the Authorization header (RFC 6750); undefined without a token. */
export async function authorization(token: Token | undefined): Promise<string | undefined> {
  const value = typeof token === 'function' ? await token() : token;
  return value === undefined || value === null || value === '' ? undefined : `Bearer ${value}`;
}
