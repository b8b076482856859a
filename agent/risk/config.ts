/** Hyper-parameters of the risk head. */
import { type Config, config, defaultsOf, field, list, number, whole } from '../../sim/config.ts';

export const riskSchema = config({
  members: field(
    whole(2, 32),
    3,
    'Networks; each is judged on its own fold of the episodes, which it never learns from.',
  ),
  hidden: field(list(whole(1, 4096), 0, 8), [32], 'Hidden units per layer.'),
  learningRate: field(number(0, 10), 1e-3, 'Step size of Adam.'),
  weightDecay: field(number(0, 1e6), 10, 'Decoupled weight decay.'),
  batch: field(whole(2, 4096), 128, 'Steps in a batch, half of them before an event.'),
  sessionSteps: field(whole(1, 1e6), 100, 'Gradient steps from evidence to a new version.'),
  stepsPerUpdate: field(whole(1, 10_000), 10, 'Gradient steps per call of `update`.'),
  everyRows: field(whole(1, 1e9), 500, 'Steps of new evidence that a session waits for.'),
  horizonSeconds: field(number(0.01, 60), 1, 'Risk is the probability of an event within this, s.'),
  reactionSeconds: field(
    number(0, 10),
    0.5,
    'How late people take over: so long before the horizon of a takeover nothing is known, s.',
  ),
  capacity: field(whole(16, 1e7), 8192, 'Steps of evidence kept, of the newest episodes.'),
  askAbove: field(number(0, 1), 1, 'The agent asks for a person above this risk; 1: never.'),
});
export type RiskConfig = Config<typeof riskSchema>;
export const riskDefaults: RiskConfig = defaultsOf(riskSchema);
