/** What the scalar and the preference teacher say, and when it arrives. */
import { labelsDue } from '../../agent/queries/config.ts';
import { say, send, stamp, tell } from './say.ts';
import { clock, type LoopOptions, type State } from './state.ts';

/** Questions answered in one sitting. */
const SITTING = 10;
/** A budget so large that rounding does not matter. */
const WHOLE = 1e6;
/** Share of the steps before the first questions: there must be something to compare. */
const FIRST_SITTING = 0.05;

export function press(options: LoopOptions, state: State, step: number): void {
  const { totals } = state;
  if (!options.teachers.scalar || totals.presses >= options.labels) return;
  const episode = state.recorder.episode();
  const pressed = options.teachers.scalar.observe(episode, step);
  if (!pressed) return;
  send(options, state);
  say(options, state, 'scalar', { kind: 'reward', episodeId: episode.id, ...pressed });
  totals.presses++;
}

/** Sittings are spread over the run as the schedule says, the first after a short start. */
export function answer(options: LoopOptions, state: State): void {
  const { totals } = state;
  const teacher = options.teachers.preference;
  if (!teacher || totals.answers >= options.labels) return;
  const first = FIRST_SITTING * options.steps;
  const share = (totals.step - first) / (0.85 * options.steps - first);
  if (share < 0) return;
  const sittings = Math.ceil(options.labels / SITTING);
  const { schedule } = options;
  const part = schedule === 'constant' ? share : labelsDue(schedule, share, WHOLE) / WHOLE;
  const due = Math.min(options.labels, SITTING * (1 + Math.floor(part * sittings)));
  if (totals.answers >= due) return;
  const now = clock(options, state);
  for (const query of options.trainer.nextQueries(due - totals.answers, now)) {
    if (query.segments.some((s) => state.store.get(s.episodeId) === undefined)) continue;
    options.log?.query(query);
    const body = teacher.reply
      ? teacher.reply(query, state.store)
      : teacher.answer(query, state.store);
    const arrives = totals.step + Math.round((teacher.delaySeconds ?? 0) / options.env.controlDt);
    if (body)
      totals.onTheWay.push({
        due: arrives,
        feedback: stamp(options, state, 'preference', body, query.id),
      });
    totals.answers++;
  }
  deliver(options, state, totals.step);
}

/** Answers reach the trainer when their time has come; learning does not wait for them. */
export function deliver(options: LoopOptions, state: State, until: number): void {
  const { onTheWay } = state.totals;
  while (onTheWay[0] && onTheWay[0].due <= until) {
    const { feedback } = onTheWay.shift()!;
    const at = clock(options, state);
    tell(options, {
      ...feedback,
      answeredAt: at,
      receivedAt: at,
      responseMs: at - feedback.shownAt,
    });
  }
}
