/** The trainings of a server: started, stopped, gone on with, and kept in the folder `trainings` of its data folder. */
import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Forms } from '../forms/contract.ts';
import type { Training, TrainingWanted } from '../protocol/index.ts';
import { writeFile } from '../storage/write-file.ts';
import { type Child, startChild } from './child.ts';
import { TrainingRefusal, type Trainings } from './contract.ts';
import { wordsOf } from './words.ts';

/** How long trainings may take to save at the end of the server, ms. */
const PATIENCE = 10_000;
const NAME = /^t-[0-9a-f]{8}$/;
const HEAD = 'training.json';
/** Of a training's folder; SQLite makes its shared memory anew. */
const NOT_COPIED = [HEAD, '.lock', '-shm'];

export interface TrainingsOptions {
  /** Data folder of the server. */
  readonly dataDir: string;
  readonly most: number;
  /** Program and first words of the command line, such as `node bin/reins.mjs`. */
  readonly command: readonly string[];
  readonly forms: () => Promise<Forms>;
}

export const NO_TRAININGS = { most: 0, command: [] } as const;

export function createTrainings(options: TrainingsOptions): Trainings {
  return new ChildTrainings(options);
}

class ChildTrainings implements Trainings {
  readonly most: number;
  readonly #options: TrainingsOptions;
  readonly #home: string;
  readonly #known = new Map<string, Training>();
  readonly #children = new Map<string, Child>();

  constructor(options: TrainingsOptions) {
    this.most = options.most;
    this.#options = options;
    this.#home = join(options.dataDir, 'trainings');
    for (const training of readHeads(this.#home)) this.#known.set(training.name, training);
  }

  list(): readonly Training[] {
    return [...this.#known.values()].sort((a, b) => b.startedAt - a.startedAt);
  }

  folders = () => this.list().map(({ name }) => ({ key: name, folder: join(this.#home, name) }));

  async start(wanted: TrainingWanted): Promise<Training> {
    this.#expectRoom();
    const words = wordsOf(wanted, await this.#options.forms());
    this.#expectRoom(); // others may have come meanwhile
    const name = this.#newName();
    mkdirSync(join(this.#home, name), { recursive: true });
    return this.#run({ name, wanted, state: 'running', startedAt: Date.now() }, words);
  }

  stop(name: string): Training {
    const training = this.#find(name);
    const child = this.#children.get(name);
    if (!child)
      throw new TrainingRefusal(409, `${name} does not run: it is ${training.state} already`);
    if (training.state === 'running') child.stop();
    return this.#put({ ...training, state: 'stopping' });
  }

  goOn(name: string): Training {
    const training = this.#atRest(name, 'it goes on');
    this.#expectRoom();
    if (training.state === 'done') throw isDone(name);
    return this.#run({ ...training, state: 'running' }, ['--resume']);
  }

  async branch(
    name: string,
    { steps, labels }: Pick<TrainingWanted, 'steps' | 'labels'>,
  ): Promise<Training> {
    const from = this.#atRest(name, 'a branch is made of it');
    if (from.state === 'done') throw isDone(name);
    this.#expectRoom();
    const { wanted } = from;
    if (steps < wanted.steps || labels < wanted.labels)
      throw new TrainingRefusal(
        400,
        `branch: asks for ${steps} steps and ${labels} labels, allowed at least the ${wanted.steps} and ${wanted.labels} of ${name}`,
      );
    const to = this.#newName();
    // What cannot be copied leaves nothing half-made in the list: its head is written last.
    cpSync(join(this.#home, name), join(this.#home, to), {
      recursive: true,
      filter: (path) => NOT_COPIED.every((end) => !path.endsWith(end)),
    });
    const branch: Training = {
      name: to,
      wanted: { ...wanted, steps, labels },
      state: 'running',
      startedAt: Date.now(),
      branchOf: name,
    };
    return this.#run(branch, ['--resume', '--steps', `${steps}`, '--labels', `${labels}`]);
  }

  close = async (): Promise<void> => {
    const children = [...this.#children.values()];
    for (const [name] of this.#children) this.stop(name);
    const timer = setTimeout(() => {
      for (const child of children) child.kill();
    }, PATIENCE);
    await Promise.all(children.map((child) => child.ended));
    clearTimeout(timer);
  };

  #run(training: Training, words: readonly string[]): Training {
    const { name } = training;
    const { said: _, ...fresh } = training;
    const place = ['--data', join(this.#home, name), '--end-with-input'];
    const child = startChild(this.#options.command, ['train', ...words, ...place]);
    this.#children.set(name, child);
    void child.ended.then(({ code, said }) => this.#ended(name, code, said));
    return this.#put(fresh);
  }

  #ended(name: string, code: number | null, said: string | undefined): void {
    this.#children.delete(name);
    const training = this.#known.get(name)!;
    const isAsked = training.state === 'stopping';
    if (code === 0) this.#put({ ...training, state: 'done' });
    else if (isAsked) this.#put({ ...training, state: 'stopped' });
    else {
      const why = said ?? (code === null ? 'it was killed' : `it ended with code ${code}`);
      this.#put({ ...training, state: 'failed', said: why });
    }
  }

  #put(training: Training): Training {
    this.#known.set(training.name, training);
    writeFile(join(this.#home, training.name, HEAD), `${JSON.stringify(training, null, 2)}\n`);
    return training;
  }

  #find(name: string): Training {
    const training = this.#known.get(name);
    if (training) return training;
    const names = [...this.#known.keys()].join(', ') || 'none';
    throw new TrainingRefusal(404, `training: unknown name "${name}", allowed ${names}`);
  }

  #atRest(name: string, what: string): Training {
    const training = this.#find(name);
    if (!this.#children.has(name)) return training;
    throw new TrainingRefusal(409, `${name} runs: stop it before ${what}`);
  }

  #expectRoom(): void {
    const { most } = this;
    if (most === 0)
      throw new TrainingRefusal(
        403,
        'this server starts no trainings: it can be reached by others, or was told so; start it with --trainings 1, or type the command',
      );
    if (this.#children.size >= most)
      throw new TrainingRefusal(
        409,
        `${this.#children.size} of ${most} trainings run already: stop one, or start the server with --trainings ${most + 1}`,
      );
  }

  #newName(): string {
    return `t-${randomBytes(4).toString('hex')}`;
  }
}

const isDone = (name: string) =>
  new TrainingRefusal(
    409,
    `${name} has made all its steps and left a policy: reins train --policy goes on from that`,
  );

/** What earlier servers left. One that was running then was ended with its server, and saved. */
function readHeads(home: string): Training[] {
  if (!existsSync(home)) return [];
  return readdirSync(home)
    .filter((name) => NAME.test(name))
    .flatMap((name) => {
      try {
        const training = JSON.parse(readFileSync(join(home, name, HEAD), 'utf8')) as Training;
        const isOver = training.state !== 'running' && training.state !== 'stopping';
        return [{ ...training, name, ...(isOver ? {} : { state: 'stopped' as const }) }];
      } catch {
        return []; // no training of ours
      }
    });
}
