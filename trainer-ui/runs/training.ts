/** A training as the server lists it (server/connection/training-routes.ts). */

export interface Training {
  readonly name: string;
  readonly wanted: TrainingWanted;
  readonly state: 'running' | 'stopping' | 'stopped' | 'done' | 'failed';
  /** ms since epoch. */
  readonly startedAt: number;
  readonly branchOf?: string;
  /** Why it failed. */
  readonly said?: string;
}

export interface TrainingWanted {
  readonly environment: string;
  readonly preset: string;
  readonly teacher: string;
  readonly steps: number;
  readonly labels: number;
  readonly seed: number;
  readonly settings: Readonly<Record<string, string>>;
}

export interface TrainingList {
  /** As many may run at once; 0: none may be started here. */
  readonly most: number;
  readonly trainings: readonly Training[];
}
