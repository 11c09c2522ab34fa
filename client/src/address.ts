/** Accepts http, https, ws and wss URLs, and relative ones on a page. A path defaults to the server's. */
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

export function socketUrl(url: URL): string {
  return withProtocol(url, isSecure(url) ? 'wss:' : 'ws:');
}

export function httpUrl(url: URL): string {
  return withProtocol(url, isSecure(url) ? 'https:' : 'http:');
}

function isSecure({ protocol }: URL): boolean {
  return protocol === 'https:' || protocol === 'wss:';
}

/** Setting `protocol` does not work: some engines refuse to change a URL between http and ws. */
function withProtocol(url: URL, protocol: string): string {
  return protocol + url.href.slice(url.protocol.length);
}
