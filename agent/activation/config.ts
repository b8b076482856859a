/** The two rules of a run, as a person writes them. */
import { checked, config, defaultsOf, field, suggestion } from '../../sim/config.ts';
import { type ActivationRules, LEAVES, type LeafName, type Rule } from './contract.ts';

/** From this risk of the path ahead on a person is asked: damage within two seconds has 0.56 or more. */
export const RISKY = 0.5;

/** Levels, and entries of one list. */
const DEEPEST = 8;
const MOST = 16;

type Range = readonly [low: number, high: number];
const RANGES: Readonly<Record<Exclude<LeafName, 'gate'>, Range>> = {
  risk: [0, 1],
  margin: [0, 2],
  disagreement: [0, 100],
  rewardJump: [0, 100],
  novelty: [0, 100],
  sampleSteps: [0.01, 100],
  sampleEpisodes: [0.01, 100],
};

/** What each leaf is about, in a line. */
const MEANINGS: Readonly<Record<LeafName, string>> = {
  gate: 'true: the learner’s own gate asks',
  risk: 'the path ahead is at least so risky, 0 to 1',
  margin: 'damage or failure is at most so far ahead on it, s, 0 to 2',
  disagreement:
    'members of the reward model differ by at least so much, in standard deviations of reward',
  rewardJump: 'the predicted reward moved at least so much since the step before, in the same',
  novelty: 'farther from what was seen than this percentage of it is from the rest, 0 to 100',
  sampleSteps: 'this percentage of steps, by a hash of seed, episode and step, 0.01 to 100',
  sampleEpisodes: 'this percentage of episodes, by a hash of seed and episode, 0.01 to 100',
};

const NAMES = ['and', 'or', 'not', ...LEAVES];
const ALLOWED = `{"and": [rules]}, {"or": [rules]}, {"not": rule} or one of ${LEAVES.join(', ')}`;
const HELP = Object.entries(MEANINGS).map(([leaf, meaning]) => `${leaf} (${meaning})`);

type Complaint = (message: string, path: readonly (string | number)[]) => void;

/** Complains of the first thing that is wrong. */
function checkRule(
  given: unknown,
  complain: Complaint,
  path: readonly (string | number)[] = [],
): boolean {
  const wrong = (message: string, ...more: (string | number)[]): false => {
    complain(message, [...path, ...more]);
    return false;
  };
  const levels = path.filter((key) => typeof key === 'string').length;
  if (levels > DEEPEST) return wrong(`is nested too deeply, allowed ${DEEPEST} levels`);
  const keys = typeof given === 'object' && given !== null ? Object.keys(given) : [];
  const [key] = keys;
  if (Array.isArray(given) || keys.length !== 1 || key === undefined)
    return wrong(`is ${JSON.stringify(given)}, allowed ${ALLOWED}`);
  if (!NAMES.includes(key))
    return wrong(`unknown, allowed ${NAMES.join(', ')}${suggestion(key, NAMES)}`, key);
  const value: unknown = (given as Record<string, unknown>)[key];
  const is = `is ${JSON.stringify(value)}, allowed`;
  if (key === 'not') return checkRule(value, complain, [...path, key]);
  if (key === 'and' || key === 'or') {
    if (!Array.isArray(value) || value.length < 1 || value.length > MOST)
      return wrong(`${is} a list of 1 to ${MOST} rules`, key);
    return value.every((part, i) => checkRule(part, complain, [...path, key, i]));
  }
  if (key === 'gate') return value === true || wrong(`${is} true`, key);
  const [low, high] = RANGES[key as keyof typeof RANGES];
  const isIn = typeof value === 'number' && value >= low && value <= high;
  return isIn || wrong(`${is} ${low} to ${high}`, key);
}

const shape = (): Record<string, unknown> => ({
  type: 'object',
  minProperties: 1,
  maxProperties: 1,
  additionalProperties: false,
  properties: {
    and: { type: 'array', minItems: 1, maxItems: MOST, items: { type: 'object' } },
    or: { type: 'array', minItems: 1, maxItems: MOST, items: { type: 'object' } },
    not: { type: 'object' },
    gate: { const: true, description: MEANINGS.gate },
    ...Object.fromEntries(
      Object.entries(RANGES).map(([leaf, [minimum, maximum]]) => [
        leaf,
        { type: 'number', minimum, maximum, description: MEANINGS[leaf as LeafName] },
      ]),
    ),
  },
});

const rule = checked<Rule>({
  name: 'rule',
  allowed: ALLOWED,
  check: (given, complain) => void checkRule(given, complain),
  jsonSchema: shape(),
});

const WAIT: Rule = { or: [{ gate: true }, { risk: RISKY }] };
const CALL: Rule = { gate: true };

export const activationSchema = config({
  wait: field<Rule>(
    rule,
    WAIT,
    `In the loop: before which steps it waits for leave. ${ALLOWED}: ${HELP.join('; ')}.`,
  ),
  call: field<Rule>(
    rule,
    CALL,
    'On the loop: when it calls for a person; out of the loop what would have called is counted. As `wait`.',
  ),
});
export const activationDefaults: ActivationRules = defaultsOf(activationSchema);

/** Every leaf that either rule has. */
export function leavesOf({ wait, call }: ActivationRules): ReadonlySet<LeafName> {
  const inside = (rule: Rule): LeafName[] => {
    if ('not' in rule) return inside(rule.not);
    if ('and' in rule) return rule.and.flatMap(inside);
    if ('or' in rule) return rule.or.flatMap(inside);
    return Object.keys(rule) as LeafName[];
  };
  return new Set([...inside(wait), ...inside(call)]);
}
