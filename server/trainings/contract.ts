/** Headless trainings that the server starts for people: child processes of its own, each in a folder of its own. */
import type { Training, TrainingWanted } from '../protocol/index.ts';

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
