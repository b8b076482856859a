/** What people must know. docs/SPEC.md's table is made of this list by `npm run docs`. */

export interface AlertDescription {
  readonly code: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly meaning: string;
  /** What happens by itself and what to do. */
  readonly tip: string;
}

/** By id: there is at most one open alert of an id. Words in braces are filled in when it is raised. */
export const ALERTS = {
  'live-actor': {
    code: 'actor-died',
    severity: 'error',
    meaning: 'The thread of the live simulation stopped',
    tip: 'It is started again in {seconds} s with a new episode; answers so far are kept.',
  },
  'live-actor-{n}': {
    code: 'actor-died',
    severity: 'error',
    meaning: 'The thread of one of several live simulations stopped',
    tip: 'It is started again in {seconds} s with a new episode; the others go on, and answers so far are kept.',
  },
  'rollout-{n}': {
    code: 'actor-died',
    severity: 'warning',
    meaning: 'A rollout thread stopped',
    tip: 'It is started again in {seconds} s; the live simulation goes on.',
  },
  broker: {
    code: 'broker-lost',
    severity: 'warning',
    meaning: 'What connects the actors on other machines is in trouble',
    tip: 'Learning and the live simulation go on without them; they are there again as soon as the server of --nats is.',
  },
  learner: {
    code: 'learner-died',
    severity: 'error',
    meaning: 'The learner’s thread stopped',
    tip: 'It starts again from its last checkpoint in {seconds} s; the simulation goes on meanwhile, and no answer is lost.',
  },
  storage: {
    code: 'storage-failed',
    severity: 'error',
    meaning: 'Something could not be written',
    tip: 'Free some space in the data folder, or see to the database or object store that is named; answers are refused rather than lost meanwhile, and all goes on by itself once there is room.',
  },
  'corrupt-{n}': {
    code: 'corrupt-file',
    severity: 'warning',
    meaning: 'A file was damaged and set aside',
    tip: 'The run goes on without it.',
  },
  engine: {
    code: 'other-engine',
    severity: 'warning',
    meaning: 'The run was made with another version of its physics engine',
    tip: 'From now on the same actions may lead to other states. For results to compare, start a new run, or install the version that it was made with.',
  },
  'reward-hacking': {
    code: 'reward-hacking',
    severity: 'warning',
    meaning: 'The agent may be gaming its reward',
    tip: 'It earns more and more learned reward by behaviour that the reward model is unsure about. Answer the clips that come first under Compare: they show it.',
  },
  'reward-flat': {
    code: 'reward-flat',
    severity: 'warning',
    meaning: 'The reward model gives everything the same reward',
    tip: 'The agent cannot learn from it. Answer clips that differ. If this alert stays, the weight decay is too strong: start again with a lower --set reward.weightDecay.',
  },
  'drift-observation': {
    code: 'behaviour-drift',
    severity: 'warning',
    meaning: 'What the agent observes is not as before',
    tip: 'The newest episodes differ from the first ones by more than these did among each other, and the policy is the same: a sensor, the road or the task may have changed. Learning names the episodes; they are kept.',
  },
  'drift-action': {
    code: 'behaviour-drift',
    severity: 'warning',
    meaning: 'The agent acts in another way than before',
    tip: 'The newest episodes differ from the first ones by more than these did among each other, and the policy is the same: look at what it is shown. Learning names the episodes; they are kept.',
  },
  'drift-reward': {
    code: 'behaviour-drift',
    severity: 'warning',
    meaning: 'The reward model predicts other rewards than before',
    tip: 'It finds the newest episodes better or worse than the first ones, and the policy is the same. Learning names the episodes; they are kept.',
  },
  automation: {
    code: 'automation-withdrawn',
    severity: 'warning',
    meaning: 'The model answers no questions in people’s place any more',
    tip: 'What people said to questions that it was sure of does not show that it is right often enough. All questions go to people; it is judged again once there are twice as many answers.',
  },
} as const satisfies Record<string, AlertDescription>;

export type AlertKey = keyof typeof ALERTS;
export type AlertCode = (typeof ALERTS)[AlertKey]['code'];
export const ALERT_CODES = [...new Set(Object.values(ALERTS).map((alert) => alert.code))] as [
  AlertCode,
  ...AlertCode[],
];

/** An alert with its words filled in, as it is raised; `message` defaults to its meaning. */
export function alertOf(
  key: AlertKey,
  words: Readonly<Record<string, number>> = {},
  message?: string,
): Omit<AlertDescription, 'meaning' | 'code'> & { id: string; code: AlertCode; message: string } {
  const { code, severity, meaning, tip } = ALERTS[key];
  const fill = (text: string) => text.replace(/\{(\w+)\}/g, (_, word) => String(words[word]));
  return { id: fill(key), code, severity, message: message ?? meaning, tip: fill(tip) };
}
