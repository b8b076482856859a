/**
 * Two candidates learn from one log, and held-out evidence decides which of them drives:
 * - imitators: an ensemble that regresses on what people did (parts/imitators.ts). It needs little, and is as good as
 *   the person where the person can be imitated;
 * - actors: soft actor-critic on learned rewards with an imitation term (sac.ts). It needs more, and is what there is
 *   where nobody ever drove.
 *
 * While people have shown nothing the actors drive, while they have judged nothing the imitators do, and the others
 * do not learn. From then on the evidence counts, which is prequential (Dawid 1984): before a step of a person is learned
 * from, both candidates say what they would have done there, and the one whose actions are nearer to the person's drives.
 * So the whole predicts people no worse than its better part. Without evidence the one goes on who drove before.
 */
import { type Config, choice, config, field, flag, parseConfig, whole } from '../../sim/config.ts';
import { createRandom, RANDOM_STATE_SIZE, type Random } from '../../sim/random.ts';
import type { Backend } from '../backend/backend.ts';
import type {
  EnvironmentSpec,
  FeedbackKind,
  Learner,
  Metrics,
  PolicySnapshot,
} from '../contract.ts';
import { isLabel } from '../feedback.ts';
import { checkpointOf, ifSaved, json, variables } from './parts/checkpoint.ts';
import { createContest } from './parts/contest.ts';
import { stepSize } from './parts/fields.ts';
import { createImitators, type Imitators } from './parts/imitators.ts';
import { createSac, type SacConfig, type SacLearner, sacSchema } from './sac.ts';

export const reinsSchema = config({
  ...sacSchema.shape,
  driver: field(
    choice(['evidence', 'imitators', 'actors']),
    'evidence',
    'Who drives once people have: who predicts them better, or always the one named, which then learns alone.',
  ),
  imitatorLearningRate: field(stepSize, 1e-3, 'Step size of Adam for the imitators.'),
  imitationStarts: field(whole(1, 1e9), 32, 'Steps of people needed before imitators learn.'),
  mixup: field(flag, false, 'Imitators learn from mixtures of pairs of steps.'),
});
/** Feedback by which people show what to do; any other judges what was done. */
const SHOWS: ReadonlySet<FeedbackKind> = new Set(['override', 'correction', 'demonstration']);
export type ReinsConfig = Config<typeof reinsSchema>;

export interface ReinsLearner extends Learner {
  /** Who drives now. */
  readonly driver: 'imitators' | 'actors';
  /** For tests. */
  readonly parts: { readonly sac: SacLearner; readonly imitators: Imitators };
}

/** @throws RangeError naming field, value and what is allowed. */
export function createReins(
  spec: EnvironmentSpec,
  config: Partial<ReinsConfig>,
  backend: Backend,
  random: Random,
): ReinsLearner {
  const c = parseConfig('reins', reinsSchema, config);
  const sacNames = Object.keys(sacSchema.shape) as (keyof SacConfig)[];
  const sacConfig: Partial<SacConfig> = Object.fromEntries(sacNames.map((name) => [name, c[name]]));
  const sac = createSac(spec, sacConfig, backend, random);
  const { experience } = sac;
  const imitators = createImitators(
    spec,
    { ...c, members: c.actors, learningRate: c.imitatorLearningRate },
    experience,
    backend,
    branch(random),
  );
  const contest = createContest(spec);

  /** Whether there is a reward besides what takeovers say: without one the actors have nothing that imitators lack. */
  const isJudged = c.rewardSource === 'environment';
  const counts = { judged: isJudged, judgedFirst: isJudged };
  const hasShown = () => experience.replay.humanSize >= c.imitationStarts;
  const learns = {
    imitators: () => hasShown() && c.driver !== 'actors',
    actors: () =>
      c.driver === 'actors' || !hasShown() || (c.driver === 'evidence' && counts.judged),
  };
  function driver(): 'imitators' | 'actors' {
    if (!hasShown()) return 'actors';
    if (c.driver !== 'evidence') return c.driver;
    if (!counts.judged) return 'imitators';
    const ahead = contest.ahead('imitators', 'actors');
    return ahead ?? (counts.judgedFirst ? 'actors' : 'imitators');
  }

  const imitation = (version: number): PolicySnapshot => ({
    version,
    layers: imitators.layers(),
    logStd: 'deterministic',
    squash: 'tanh',
    actionSpace: spec.actionSpace,
    ...experience.normaliser(),
  });

  const checkpoint = checkpointOf({
    ...imitators.states,
    ...variables(counts),
    contest: ifSaved(json(contest.save, contest.load)),
  });

  return {
    ...sac,
    get driver() {
      return driver();
    },
    observe(episode, from, to) {
      if (learns.imitators() && learns.actors())
        contest.judge(episode, from, to, {
          imitators: () => imitation(0),
          actors: () => sac.snapshot(0),
        });
      sac.observe(episode, from, to);
    },
    feedback(feedback, episodes) {
      if (!counts.judged && isLabel(feedback) && !SHOWS.has(feedback.kind)) {
        counts.judged = true;
        counts.judgedFirst = !hasShown();
      }
      return sac.feedback(feedback, episodes);
    },
    update(): Metrics | undefined {
      const metrics = learns.actors() ? sac.update() : {};
      if (!learns.imitators()) return metrics;
      return {
        ...metrics,
        'loss/imitation': imitators.update(),
        'policy/imitates': driver() === 'imitators' ? 1 : 0,
      };
    },
    start(policy) {
      sac.start(policy);
      imitators.start(policy);
    },
    snapshot: (version) => (driver() === 'imitators' ? imitation(version) : sac.snapshot(version)),
    save(options) {
      const [actors, own] = [sac.save(options), checkpoint.save(options)];
      return { meta: { ...actors.meta, ...own.meta }, arrays: { ...actors.arrays, ...own.arrays } };
    },
    load(saved) {
      sac.load(saved);
      if ('imitator0' in saved.arrays) checkpoint.load(saved);
      // Older ones: the imitators have learned nothing yet.
      else counts.judged = counts.judgedFirst = true;
    },
    dispose() {
      sac.dispose();
      imitators.dispose();
    },
    parts: { sac, imitators },
  };
}

/** A stream of its own: without people's steps a run is the same as without imitators. */
function branch(random: Random): Random {
  const words = new Float64Array(RANDOM_STATE_SIZE);
  random.save(words, 0);
  return createRandom(words[0]!, 1);
}
