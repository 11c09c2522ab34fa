/** A bearer token, or what gives one: asked before each request, and before each WebSocket is opened. */
export type Token = string | (() => string | null | undefined | Promise<string | null | undefined>);

/** The value of an Authorization header (RFC 6750); undefined where there is no token. */
export async function authorization(token: Token | undefined): Promise<string | undefined> {
  const value = typeof token === 'function' ? await token() : token;
  return value === undefined || value === null || value === '' ? undefined : `Bearer ${value}`;
}
