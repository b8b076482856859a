/** A synthetic teacher of pairs of segments, who knows the environment's reward. */
import type { EpisodeStore } from '../../../agent/episode/store.ts';
import type { RewardEnsemble } from '../../../agent/reward/ensemble.ts';
import type { Random } from '../../../sim/random.ts';

export interface Lesson {
  readonly answers: number;
  /** Steps of a segment. */
  readonly steps: number;
  /** Segments are cut from the first so many episodes `e0`, `e1`, … of 200 steps. */
  readonly episodes: number;
  /** Share of answers that are turned round. */
  readonly mistakes?: number;
}

/** Shows the model all of `store`, answers, and lets it learn until it has published. */
export function teachPreferences(
  model: RewardEnsemble,
  store: EpisodeStore,
  { answers, steps, episodes, mistakes = 0 }: Lesson,
  random: Random,
): void {
  for (const id of store.ids()) model.observe(store.get(id)!, 0, 200);
  const segment = () => {
    const from = random.integer(200 - steps);
    return { episodeId: `e${random.integer(episodes)}`, from, to: from + steps };
  };
  const returned = ({ episodeId, from, to }: ReturnType<typeof segment>) =>
    store
      .get(episodeId)!
      .envRewards.subarray(from, to)
      .reduce((sum, r) => sum + r, 0);
  for (let i = 0; i < answers; i++) {
    const [a, b] = [segment(), segment()];
    const isWrong = mistakes > 0 && random.next() < mistakes;
    const choice = returned(a) > returned(b) === isWrong ? 'b' : 'a';
    const at = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
    model.feedback({ ...at, kind: 'preference', a, b, choice, id: `f${i}`, teacherId: 't' }, store);
  }
  for (let i = 0; i < 400 && model.pending; i++) model.update();
}
