/** Headless trainings that the server starts for people: child processes of its own, each in a folder of its own. */

export interface TrainingWanted {
  readonly environment: string;
  readonly preset: string;
  readonly teacher: string;
  /** Environment steps. */
  readonly steps: number;
  /** Answers that the teachers give. */
  readonly labels: number;
  readonly seed: number;
  /** Changes by name (`options.horizon`, `learner.gamma`), as texts. */
  readonly settings: Readonly<Record<string, string>>;
}

/** `stopped`: saved, and may go on; `failed`: `said` says why. */
export type TrainingState = 'running' | 'stopping' | 'stopped' | 'done' | 'failed';

export interface Training {
  /** Also of its folder: `t-1a2b3c4d`. */
  readonly name: string;
  readonly wanted: TrainingWanted;
  readonly state: TrainingState;
  /** ms since epoch. */
  readonly startedAt: number;
  /** The training whose checkpoint it goes on from. */
  readonly branchOf?: string;
  /** What it said last, where it failed. */
  readonly said?: string;
}

export interface Trainings {
  /** As many may run at once; 0: none may be started from the page. */
  readonly most: number;
  /** Newest first. */
  list(): readonly Training[];
  /** Of all of them, each with its name as the key. */
  folders(): readonly { readonly key: string; readonly folder: string }[];
  /** @throws TrainingRefusal */
  start(wanted: TrainingWanted): Promise<Training>;
  /** It saves and ends. @throws TrainingRefusal */
  stop(name: string): Training;
  /** From its last checkpoint. @throws TrainingRefusal */
  goOn(name: string): Training;
  /** Another that goes on from its last checkpoint, longer; it stays as it is. @throws TrainingRefusal */
  branch(name: string, more: Pick<TrainingWanted, 'steps' | 'labels'>): Promise<Training>;
  /** All of them save and end. */
  close(): Promise<void>;
}

/** In words, with the status of HTTP that goes with it. */
export class TrainingRefusal extends Error {
  readonly status: 400 | 403 | 404 | 409;

  constructor(status: TrainingRefusal['status'], message: string) {
    super(message);
    this.status = status;
  }
}
