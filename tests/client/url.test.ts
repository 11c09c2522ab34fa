import { createClient } from 'randar-client';
import { describe, expect, it } from 'vitest';
import { httpUrl, serverUrl, socketUrl } from '../../client/src/address.js';

describe('the URL of a server', () => {
  it.each([
    ['http://localhost:4000', 'ws://localhost:4000/graphql'],
    ['http://localhost:4000/', 'ws://localhost:4000/graphql'],
    ['http://localhost:4000/graphql', 'ws://localhost:4000/graphql'],
    ['https://pictures.example.com/api/graphql', 'wss://pictures.example.com/api/graphql'],
    ['ws://localhost:4000/graphql', 'ws://localhost:4000/graphql'],
    ['wss://pictures.example.com', 'wss://pictures.example.com/graphql'],
  ])('%s is reached at %s', (address, url) => {
    expect(socketUrl(serverUrl(address))).toBe(url);
    expect(httpUrl(serverUrl(address))).toBe(url.replace('ws', 'http'));
  });

  it.each(['localhost', '', '/graphql', 'ftp://localhost/graphql'])(
    '%j is refused before anything is connected',
    (url) => {
      expect(() => createClient({ url })).toThrow(/Expected `url` to be an? /);
    },
  );
});
