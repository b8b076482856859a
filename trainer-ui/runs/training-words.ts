import type { RunWanted, Training, TrainingWanted } from '../../server/protocol/index.ts';
import type { Chosen } from './run-words.ts';

/** Of `reins train`, where nothing else is chosen. */
export const USUAL = { teacher: 'override', steps: 6000, labels: 100, seed: 1 } as const;
export const TEACHERS = ['override', 'preference', 'scalar', 'none'] as const;

export function stateWords(state: Training['state'], steps: number, of: number): string {
  const far = `${steps.toLocaleString('en')} of ${of.toLocaleString('en')} steps`;
  switch (state) {
    case 'running':
      return steps === 0 ? 'running, no figures yet' : far;
    case 'stopping':
      return 'saving…';
    case 'stopped':
      return `stopped, saved: ${far}`;
    case 'done':
      return `done: ${of.toLocaleString('en')} steps`;
    case 'failed':
      return 'failed';
  }
}

/** As far again. */
export const longer = ({ steps, labels }: Pick<TrainingWanted, 'steps' | 'labels'>) => ({
  steps: 2 * steps,
  labels: 2 * labels,
});

const numberOf = (text: string, usual: number) => (text === '' ? usual : Number(text));

/** What a form says of a run that people teach, as the server takes it: what is left empty is as usual. */
export function runOf({ environment, preset, seed, changes }: Chosen): RunWanted {
  return {
    environment,
    preset,
    seed: numberOf(seed, USUAL.seed),
    settings: Object.fromEntries(
      Object.entries(changes).filter(([, value]) => value.trim() !== ''),
    ),
  };
}

/** Of a training. */
export function wantedOf(chosen: Chosen): TrainingWanted {
  const { teacher, steps, labels } = chosen;
  return {
    ...runOf(chosen),
    teacher: teacher || USUAL.teacher,
    steps: numberOf(steps, USUAL.steps),
    labels: numberOf(labels, USUAL.labels),
  };
}
