import {
  GraphQLError,
  parse,
  visit,
  type ArgumentNode,
  type GraphQLErrorExtensions,
  type ObjectFieldNode,
} from 'graphql';
import { ShuttingDownError } from '../engine/engine.js';
import { QueueFullError } from '../scheduler/scheduler.js';
import { WorkerError } from '../worker/thread.js';
import { BadInputError, problemMessage, type Problem } from './input/problems.js';

/** The requested object does not exist, or no longer does. */
export class NotFoundError extends Error {
  readonly code = 'NOT_FOUND';
  override readonly name = 'NotFoundError';

  constructor(
    readonly field: string,
    what: string,
    id: string,
  ) {
    super(`There is no ${what} ${JSON.stringify(id)}: it never was, or is no longer kept.`);
  }
}

/** Every value of `extensions.code`. */
export type ErrorCode =
  'BAD_USER_INPUT' | 'NOT_FOUND' | 'QUEUE_FULL' | 'PAYLOAD_TOO_LARGE' | 'SHUTTING_DOWN' | 'INTERNAL_SERVER_ERROR';

/** The extensions that clients see for one of our errors; undefined if the error must be masked. */
export function publicExtensions(error: unknown): (GraphQLErrorExtensions & { code: ErrorCode }) | undefined {
  if (error instanceof BadInputError) {
    const { code, field, problems } = error;
    return { code, field, problems: problems.map(publicProblem) };
  }
  if (error instanceof NotFoundError) return { code: error.code, field: error.field };
  if (error instanceof QueueFullError) return { code: error.code, retryAfterSeconds: error.retryAfterSeconds };
  if (error instanceof ShuttingDownError) return { code: error.code };
  if (error instanceof WorkerError && error.code === 'QUEUE_FULL') return { code: 'QUEUE_FULL', retryAfterSeconds: 1 };
  if (error instanceof WorkerError && error.code === 'SHUTTING_DOWN') return { code: 'SHUTTING_DOWN' };
  return undefined;
}

function publicProblem(problem: Problem) {
  const { field, expected, got } = problem;
  return { field, message: problemMessage(problem), expected, got };
}

/**
 * The only place where errors become GraphQL errors. Ours keep their code, input that GraphQL itself rejects becomes
 * BAD_USER_INPUT, and everything else is masked and passed to `report`.
 */
export function maskError(error: unknown, report: (error: unknown) => void): GraphQLError {
  const original = error instanceof GraphQLError ? (error.originalError ?? undefined) : error;
  const extensions = publicExtensions(original);
  const { nodes, source, positions, path } = error instanceof GraphQLError ? error : ({} as Partial<GraphQLError>);
  const place = { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null };
  if (extensions && original instanceof Error) return new GraphQLError(original.message, { ...place, extensions });
  if (error instanceof GraphQLError && (original === undefined || original instanceof GraphQLError)) {
    return error.extensions.code === undefined ? refusedByGraphQL(error) : error;
  }
  report(original);
  return new GraphQLError('Unexpected error.', { ...place, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

/** Syntax, validation and coercion errors, with the input path if there is one. */
export function refusedByGraphQL(error: GraphQLError): GraphQLError {
  const { nodes, source, positions, path } = error;
  const field = fieldInVariable(error.message) ?? fieldInDocument(error);
  return new GraphQLError(error.message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions: { ...error.extensions, code: 'BAD_USER_INPUT', ...(field === undefined ? {} : { field }) },
  });
}

/** graphql-js gives the path only in the message: `Variable "$input" got invalid value 1 at "input.label";`. */
function fieldInVariable(message: string): string | undefined {
  const [, variable, path] = /^Variable "\$(\w+)"(?: got invalid value [^]*? at "([^"]+)";)?/.exec(message) ?? [];
  return path ?? variable;
}

/** The path of arguments and input fields around the error, for example input.label.name. */
function fieldInDocument({ nodes }: GraphQLError): string | undefined {
  const place = nodes?.[0]?.loc;
  if (!place) return undefined;
  const names: string[] = [];
  const enter = ({ loc, name }: ArgumentNode | ObjectFieldNode) => {
    if (loc && loc.start <= place.start && loc.end >= place.end) names.push(name.value);
  };
  visit(parse(place.source), { Argument: { enter }, ObjectField: { enter } });
  return names.length > 0 ? names.join('.') : undefined;
}
