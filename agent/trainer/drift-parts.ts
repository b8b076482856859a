/** What of behaviour may drift, by the names of its metrics: `drift/observation`. */
export const DRIFT_PARTS = ['observation', 'action', 'reward'] as const;
export type DriftPart = (typeof DRIFT_PARTS)[number];
