import { createContext, createElement, useContext, type ReactElement, type ReactNode } from 'react';
import type { Client } from '../client.js';

const ClientContext = createContext<Client | undefined>(undefined);

/** Provides the client to its children. Create the client once, outside any component. */
export function RandarProvider({
  client,
  children,
}: {
  readonly client: Client;
  readonly children?: ReactNode;
}): ReactElement {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** @throws Error if there is neither a provider nor an own client. */
export function useClient(own?: Client): Client {
  const client = useContext(ClientContext);
  const used = own ?? client;
  if (!used) {
    throw new Error(
      'No client found. Wrap the app in <RandarProvider client={createClient({ url })}>, or pass a client to the hook.',
    );
  }
  return used;
}
