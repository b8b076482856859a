/** Where the tour is, and how it goes on. */
import { useMemo } from 'react';
import { useApp, useClient } from '../context.ts';
import type { Client } from '../core/client.ts';
import { TOUR, type TourStep } from './steps.ts';

/** The present step; undefined: there is no tour. */
export function useTourStep(): TourStep | undefined {
  return useApp((s) => (s.tour === undefined ? undefined : TOUR[s.tour]));
}

export function useTour() {
  const client = useClient();
  return useMemo(
    () => ({
      begin() {
        client.closeGoalNote(); // its first step says the same
        goTo(client, 0);
      },
      next: () => goTo(client, (client.store.getState().tour ?? -1) + 1),
      end: () => goTo(client, TOUR.length),
    }),
    [client],
  );
}

function goTo(client: Client, at: number): void {
  const step = TOUR[at];
  if (step) client.store.setState({ tour: at, tab: step.screen, practice: undefined });
  else client.store.setState({ tour: undefined, practice: undefined });
}
