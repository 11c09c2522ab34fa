import { CloseCode } from 'graphql-ws';
import { connectionLost, RandarError, refused, type Refusal } from './error.js';

/** Why a WebSocket was closed. */
export interface Closed {
  readonly code: number;
  readonly reason?: string;
}

interface Meaning {
  /** Only CONNECTION_LOST is worth a retry; any other cause would close the next socket as well. */
  readonly error: Refusal | 'CONNECTION_LOST' | 'UNEXPECTED_RESPONSE';
  readonly reason: string;
}

/**
 * Close codes of RFC 6455 (7.4.1), and of graphql-ws from 4000 on. Any other code means that the connection was lost.
 */
export const closeCodes: ReadonlyMap<number, Meaning> = new Map<number, Meaning>([
  [1001, { error: 'CONNECTION_LOST', reason: 'the server is going away' }],
  [1002, { error: 'UNEXPECTED_RESPONSE', reason: 'a frame broke the WebSocket protocol' }],
  [1003, { error: 'UNEXPECTED_RESPONSE', reason: 'text messages are not accepted' }],
  [1007, { error: 'UNEXPECTED_RESPONSE', reason: 'a message was not valid UTF-8' }],
  [1008, { error: 'FORBIDDEN', reason: 'against the policy of the server' }],
  [1009, { error: 'PAYLOAD_TOO_LARGE', reason: 'a message was too large' }],
  // The socket is shared, so the server may have failed in another operation.
  [1011, { error: 'CONNECTION_LOST', reason: 'the server failed' }],
  [1012, { error: 'CONNECTION_LOST', reason: 'the server is restarting' }],
  [1013, { error: 'CONNECTION_LOST', reason: 'the server is too busy' }],
  [1014, { error: 'CONNECTION_LOST', reason: 'the proxy got no answer from the server' }],
  [CloseCode.BadRequest, { error: 'UNEXPECTED_RESPONSE', reason: 'a message was not valid' }],
  [CloseCode.Unauthorized, { error: 'UNAUTHENTICATED', reason: 'no valid token' }],
  [CloseCode.Forbidden, { error: 'FORBIDDEN', reason: 'not allowed' }],
  [CloseCode.SubprotocolNotAcceptable, { error: 'UNEXPECTED_RESPONSE', reason: 'unknown subprotocol' }],
  [CloseCode.ConnectionInitialisationTimeout, { error: 'CONNECTION_LOST', reason: 'connection_init came too late' }],
  [CloseCode.SubscriberAlreadyExists, { error: 'UNEXPECTED_RESPONSE', reason: 'an operation id was used twice' }],
  [CloseCode.TooManyInitialisationRequests, { error: 'UNEXPECTED_RESPONSE', reason: 'connection_init came twice' }],
  [4499, { error: 'CONNECTION_LOST', reason: 'the server stopped answering' }],
  [CloseCode.InternalServerError, { error: 'CONNECTION_LOST', reason: 'the server failed' }],
  [CloseCode.ConnectionAcknowledgementTimeout, { error: 'CONNECTION_LOST', reason: 'connection_ack came too late' }],
]);

export function closedError(closed: Closed): RandarError {
  const { code, reason: said = '' } = closed;
  const { error, reason } = closeCodes.get(code) ?? { error: 'CONNECTION_LOST', reason: said };
  if (error === 'CONNECTION_LOST') return connectionLost(closed, reason);
  if (error !== 'UNEXPECTED_RESPONSE') return refused(error, closed);
  const message = `The server closed the WebSocket with code ${code} (${said || reason}): does it speak graphql-transport-ws?`;
  return new RandarError(message, { code: error }, { cause: closed });
}
