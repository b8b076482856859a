/** Watches over the answers of a run's people: hears them, pauses by the rules, and does what supervisors decide. */
import type { Feedback } from '../../agent/contract.ts';
import { segmentsOf } from '../../agent/feedback.ts';
import type { PersonStanding, WatchHandle } from '../contract.ts';
import type { LearnerHandle } from '../learner/handle.ts';
import type { ServerMessage } from '../protocol/index.ts';
import type { Assignment, Storage } from '../storage/contract.ts';
import type { Gold, Standing } from '../storage/quality-contract.ts';
import type { Background } from './background.ts';
import type { Probes } from './probes.ts';
import type { Queries } from './queries.ts';
import type { Standings } from './standings.ts';

export interface WatchOptions {
  readonly runId: string;
  readonly storage: Pick<Storage, 'assignmentsTo' | 'putStanding'>;
  readonly standings: Standings;
  readonly probes: Probes;
  readonly queries: Pick<Queries, 'setAside' | 'tellPerson' | 'written'>;
  readonly learner: Pick<LearnerHandle, 'exclude' | 'people'>;
  readonly background: Pick<Background, 'run'>;
  /** s of a step. */
  readonly controlDt: () => number;
}

/** What is decided about somebody’s answers. @returns how many it changes */
type AnswersChange = (
  rows: readonly Assignment[],
  write: (rows: readonly Assignment[]) => Promise<void>,
) => Promise<number>;

export class Watch implements WatchHandle {
  readonly #options: WatchOptions;
  /** One decision about a person after the other. */
  #work: Promise<unknown> = Promise.resolve();

  constructor(options: WatchOptions) {
    this.#options = options;
    options.learner.exclude({ teacherIds: options.standings.paused });
  }

  /** An answer that counts, or that was taken back. */
  heard(row: Assignment, feedback: Feedback): void {
    const { standings, probes, background, controlDt } = this.#options;
    if (row.reason === 'retracted') standings.takenBack(row.queryId);
    if (row.state !== 'answered') return;
    const view = viewOf(feedback, controlDt());
    const reason = standings.answered(row, probes.find(row.queryId), view);
    background.run('probes', probes.answered(row));
    if (reason) background.run('pause', this.pause(row.teacherId, reason, 'server'));
    else if (standings.rules.quiz > 0) this.#tell(row.teacherId);
  }

  /** An episode has ended: it may hold a pair whose answer is known. */
  seek(): void {
    this.#options.background.run('gold', this.#options.probes.seek(Date.now()));
  }

  of(teacherId: string): PersonStanding {
    const { standings } = this.#options;
    const standing = standings.of(teacherId);
    const { reason = null, actor = null, since = null } = standing ?? {};
    const { rules } = standings;
    const inQuiz = rules.quiz > 0 && standings.isInQuiz(teacherId);
    return {
      state: standing?.state === 'paused' ? 'paused' : inQuiz ? 'quiz' : 'active',
      ...{ reason, actor, since },
      ...standings.record(teacherId),
      fast: standings.fastShare(teacherId),
    };
  }

  learned(teacherId: string): ReturnType<WatchHandle['learned']> {
    return this.#options.learner.people.find((person) => person.teacherId === teacherId);
  }

  /** What the person's page is told; undefined: there is nothing to tell. */
  message(teacherId: string): ServerMessage | undefined {
    const { state, since, quiz } = this.of(teacherId);
    if (state === 'active' && since === null && quiz.of === 0) return undefined;
    return { type: 'standing', state, answered: quiz.n, of: quiz.of };
  }

  get people(): readonly string[] {
    return this.#options.standings.people;
  }

  get gold(): WatchHandle['gold'] {
    const { probes, standings } = this.#options;
    return probes.gold.map((gold: Gold) => ({ ...gold, answered: standings.exposures(gold) }));
  }

  agreeOnGold(queryId: string, actor: string): Promise<string> {
    return this.#options.probes.agree(queryId, actor, Date.now());
  }

  retireGold(id: string, why: string, actor: string): Promise<boolean> {
    return this.#options.probes.retire(id, why, actor, Date.now());
  }

  pause(teacherId: string, reason: string, actor: string): Promise<number> {
    const { queries, probes } = this.#options;
    return this.#decide({ teacherId, state: 'paused', reason, actor }, (rows, write) => {
      // What tells of the person is asked of nobody else.
      const others = rows.filter(({ queryId }) => !probes.find(queryId));
      return queries.setAside.put(teacherId, others, write);
    });
  }

  resume(teacherId: string, reason: string, actor: string): Promise<number> {
    const { queries, standings } = this.#options;
    standings.forgetViews(teacherId);
    return this.#decide(
      { teacherId, state: 'active', reason, actor },
      queries.setAside.back.bind(queries.setAside),
    );
  }

  #tell(teacherId: string): void {
    const message = this.message(teacherId);
    if (message) this.#options.queries.tellPerson(teacherId, message);
  }

  /** @returns how many answers it changes; 0 where nothing is decided that is not so already */
  #decide(
    decision: Pick<Standing, 'teacherId' | 'state' | 'reason' | 'actor'>,
    change: AnswersChange,
  ): Promise<number> {
    const { teacherId, state } = decision;
    const work = this.#work.then(async () => {
      const { runId, standings, learner } = this.#options;
      const before = standings.of(teacherId);
      if ((before?.state ?? 'active') === state) return 0;
      const standing: Standing = { runId, ...decision, since: Date.now() };
      // From here on they are given nothing, and what they send counts for nothing.
      if (state === 'paused') standings.set(standing);
      const count = await this.#put(standing, before, change);
      learner.exclude({ teacherIds: standings.paused });
      this.#tell(teacherId);
      return count;
    });
    this.#work = work.catch(() => {});
    return work;
  }

  /** @param before how it stands again where it cannot be written @returns how many answers it changes */
  async #put(
    standing: Standing,
    before: Standing | undefined,
    change: AnswersChange,
  ): Promise<number> {
    const { runId, storage, standings, queries } = this.#options;
    const { teacherId } = standing;
    const rows = queries.written(teacherId).then(() => storage.assignmentsTo(runId, teacherId));
    let isWritten = false;
    try {
      return await change(await rows, async (changed) => {
        await storage.putStanding(standing, changed);
        isWritten = true;
        standings.set(standing); // before anybody is given anything
      });
    } finally {
      if (!isWritten) standings.restore(teacherId, before);
    }
  }
}

/** Share of the longer clip that there was time to see; undefined: it was about no clip. */
function viewOf(feedback: Feedback, controlDt: number): number | undefined {
  const steps = Math.max(0, ...segmentsOf(feedback).map(([, { from, to }]) => to - from));
  return steps === 0 ? undefined : feedback.responseMs / (1000 * controlDt * steps);
}
