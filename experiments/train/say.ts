/** What goes to the trainer and into the run's log: steps, branches and feedback. */
import type { Episode, Feedback, FeedbackBody } from '../../agent/contract.ts';
import type { TeacherName } from './names.ts';
import { clock, type LoopOptions, type State } from './state.ts';

/** New steps of the open episode to the trainer. */
export function send(options: LoopOptions, state: State): void {
  const { totals } = state;
  const episode = state.recorder.episode();
  if (episode.length === totals.sent && episode.end === 'open') return;
  options.trainer.observe(episode, totals.sent, episode.length);
  state.store.append(episode, totals.sent, episode.length);
  totals.sent = episode.length;
}

/** Nothing new to learn a value from: it is there for feedback to refer to. */
export function observeBranch(
  { trainer, log }: LoopOptions,
  branch: Episode,
  summary = branch.summary,
): void {
  trainer.observe(branch, branch.length, branch.length);
  log?.episode({ ...branch, summary });
}

/** What a teacher says now, stamped with an id and the simulated time. */
export function stamp(
  options: LoopOptions,
  state: State,
  teacher: TeacherName,
  body: FeedbackBody,
  queryId?: string,
): Feedback {
  const number = state.totals.said++;
  const feedback = stamped(options.runId, number, clock(options, state), teacher, body);
  return queryId === undefined ? feedback : { ...feedback, queryId };
}

/** Feedback `number` of a run, said at `now` (ms). */
export function stamped(
  runId: string,
  number: number,
  now: number,
  teacher: TeacherName,
  body: FeedbackBody,
): Feedback {
  return {
    id: `${runId}-f${number}`,
    runId,
    teacherId: `synthetic-${teacher}`,
    shownAt: now,
    answeredAt: now,
    receivedAt: now,
    responseMs: 0,
    ...body,
  };
}

export function tell({ trainer, log }: LoopOptions, feedback: Feedback): void {
  trainer.feedback(feedback);
  log?.feedback(feedback);
}

export function say(
  options: LoopOptions,
  state: State,
  teacher: TeacherName,
  body: FeedbackBody,
): void {
  tell(options, stamp(options, state, teacher, body));
}
