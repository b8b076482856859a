/** Runs that are open beside the one a server began with: each has its own simulation, learner and pages. */
import type { OpenRunRow, RunWanted } from '../protocol/index.ts';
import type { Wanted } from '../storage/identity.ts';

/** One that goes on, as whoever closes it sees it. */
export interface OpenRun {
  /** Its pages are told, its simulation and learner end in order, and everything is kept. */
  close(): Promise<void>;
}

export interface OpenRuns<T extends OpenRun = OpenRun> {
  /** Id of the run that the server began with: it ends with the server. */
  readonly first: string;
  /** As many may be open at once beside the first; 0: none. */
  readonly most: number;
  /** In the order in which they were opened. */
  list(): readonly Pick<OpenRunRow, 'id' | 'state'>[];
  /** One that has pages now. */
  find(id: string): T | undefined;
  /** Resolves when it goes on and has pages. @param actor pseudonym of who opens it @throws OpenRefusal */
  open(id: string, actor: string): Promise<void>;
  /** Resolves with its id when a new run goes on and has pages. @throws OpenRefusal */
  begin(wanted: RunWanted, actor: string): Promise<string>;
  /** Resolves when it has ended. @throws OpenRefusal */
  stop(id: string, actor: string): Promise<void>;
}

/** In words, with the status of HTTP that goes with it. */
export class OpenRefusal extends Error {
  readonly status: 400 | 403 | 404 | 409;

  constructor(status: OpenRefusal['status'], message: string) {
    super(message);
    this.status = status;
  }
}

/** Asked of a thread. */
export type EnvironmentAsked = Pick<Wanted, 'environment' | 'environmentOptions'>;
export type EnvironmentFiles = Pick<Wanted, 'files' | 'pathOptions'>;
