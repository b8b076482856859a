import { createContext, use } from 'react';
import { useStore } from 'zustand';
import type { Client } from './core/client.ts';
import type { AppState } from './core/store.ts';

export const ClientContext = createContext<Client | undefined>(undefined);

export function useClient(): Client {
  const client = use(ClientContext);
  if (!client) throw new Error('useClient: outside of ClientContext');
  return client;
}

/** A slice of the store; components render only when it changes. */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(useClient().store, select);
}
