/** http, https, ws and wss addresses alike; on a page also one relative to it. Without a path, the server's own. */
export function serverUrl(address: string): URL {
  const base = typeof location === 'undefined' ? undefined : location.href;
  if (!URL.canParse(address, base)) {
    throw new TypeError(`Expected \`url\` to be a URL such as http://127.0.0.1:4000/graphql, got "${address}".`);
  }
  const url = new URL(address, base);
  if (!['http:', 'https:', 'ws:', 'wss:'].includes(url.protocol)) {
    throw new TypeError(`Expected \`url\` to be an http, https, ws or wss URL, got "${address}".`);
  }
  if (url.pathname === '/') url.pathname = '/graphql';
  url.hash = '';
  return url;
}

/** The same address for a WebSocket: ws or wss. */
export function socketUrl(url: URL): string {
  return withProtocol(url, isSecure(url) ? 'wss:' : 'ws:');
}

/** The same address for requests: http or https. */
export function httpUrl(url: URL): string {
  return withProtocol(url, isSecure(url) ? 'https:' : 'http:');
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'wss:';
}

/** Not by setting `protocol`: a URL refuses to change between http and ws in some engines. */
function withProtocol(url: URL, protocol: string): string {
  return protocol + url.href.slice(url.protocol.length);
}
