/** Figures about people as they are read. */
import type { LineageSummary, RetentionReply, Role } from '../../server/protocol/index.ts';
import type {
  ConsensusMethod,
  ConsensusReport,
  Estimate,
  PersonRow,
  QualityReport,
  QueueReply,
} from './report.ts';

const NONE = '–';

/** `7 of 10`. */
export function ofSo({ n, right }: { readonly n: number; readonly right: number }): string {
  return n === 0 ? NONE : `${right} of ${n}`;
}

export function estimate(of: Estimate | undefined, sign = false): string {
  if (!of) return NONE;
  const number = (x: number) => `${sign && x > 0 ? '+' : ''}${x.toFixed(1)}`.replace('-', '−');
  return `${number(of.value)} (${number(of.low)} to ${number(of.high)})`;
}

/** Median time per answer. */
export function pace({ answers, medianMs }: Pick<PersonRow, 'answers' | 'medianMs'>): string {
  return answers === 0 ? NONE : `${(medianMs / 1000).toFixed(1)} s`;
}

/** With a minus that is as wide as a plus. */
const share = (x: number) => x.toFixed(2).replace('-', '−');

export function agreement({ alpha, interval, questions, shared }: QualityReport): string {
  if (shared === 0) return 'No question was answered by two people yet.';
  const of = `${shared} of ${questions} questions (${((100 * shared) / questions).toFixed(0)} %)`;
  if (alpha === null) return `${of} were answered by two people or more.`;
  const range = interval ? ` (${share(interval.low)} to ${share(interval.high)})` : '';
  const meaning = alpha >= 0.8 ? 'reliable' : alpha >= 0.667 ? 'tentative' : 'not reliable';
  return `Agreement α ${share(alpha)}${range}, ${meaning}, over the ${of} that two or more answered`;
}

/** By the two kappas; empty: there is nothing to tell. */
export function kappaWords({ kappas, people }: Pick<QualityReport, 'kappas' | 'people'>): string {
  const { fleiss, cohen } = kappas;
  const all = fleiss
    ? `Fleiss’ κ ${share(fleiss.kappa)} over the first ${fleiss.answers} answers to each of them. `
    : '';
  const [least] = cohen;
  if (!least) return all.trim();
  const nameOf = (id: string) => people.find(({ teacherId }) => teacherId === id)?.name ?? id;
  const [a, b] = least.people.map(nameOf);
  return `${all}Of two people ${a} and ${b} agree least: Cohen’s κ ${share(least.kappa)} over ${least.questions}.`;
}

/** Methods, as they are chosen from. */
export const CONSENSUS: Readonly<Record<ConsensusMethod, string>> = {
  majority: 'most votes',
  'one-coin': 'how often each is right (one-coin)',
  'dawid-skene': 'how each errs (Dawid–Skene)',
};

/** How much it decides, and how much another method would decide otherwise. */
export function consensusWords({ method, questions, otherwise }: ConsensusReport): string {
  const ties = questions.filter(({ verdict }) => verdict === null).length;
  const undecided = ties > 0 ? `, ${ties} of them a tie` : '';
  const others = (Object.keys(CONSENSUS) as ConsensusMethod[])
    .filter((other) => other !== method)
    .map((other) => `${otherwise[other]} otherwise by ${CONSENSUS[other]}`);
  return `${questions.length} questions${undecided}; ${others.join(', ')}.`;
}

const BY_RULE: Readonly<Record<string, string>> = {
  quiz: 'missed too many of the first questions',
  answers: 'answers like a coin',
  repeats: 'says something else when asked the same again',
  'too-fast': 'answers before there is time to look',
  erasure: 'is to be erased',
};

/** Why somebody is paused, or was let in again. */
export function reasonWords(reason: string | null): string {
  return reason === null ? '' : (BY_RULE[reason] ?? reason);
}

const MAY: Readonly<Record<Role, string>> = {
  operator: 'drives, rewards and answers',
  annotator: 'answers and comments',
  supervisor: 'may do everything',
  auditor: 'reads everything, changes nothing',
  service: 'a program that reads',
};

export const mayWords = (role: Role): string => MAY[role];

/** Whether anything is lost, in one line. */
export function queueWords(queue: QueueReply): string {
  const { served, answered, skipped, expired, open, holds } = queue;
  const sum = `${served} questions were given = ${answered} answered + ${skipped} skipped + ${expired} expired + ${open} open`;
  return `${sum}: ${holds ? 'it adds up, also when counted anew on disk' : 'that does not add up; tell whoever runs the server'}.`;
}

const UNUSED: Readonly<Record<string, string>> = {
  retracted: 'taken back',
  paused: 'of people who are paused',
  'says-nothing': 'skipped or not comparable',
  'not-learned': 'of a kind that the preset does not learn from',
  waiting: 'on the way',
  unrecorded: 'from before this was noted',
};

/** Whether everything that was accepted has come into a policy. */
export function lineageWords(summary: LineageSummary): string {
  const { accepted, used, unused, newest, erased, promoted } = summary;
  const isIn = `${used} of ${accepted} pieces of feedback are in the policy`;
  const others = Object.entries(unused).flatMap(([reason, n]) =>
    n > 0 ? [`${n} ${UNUSED[reason] ?? reason}`] : [],
  );
  const since = erased?.since === null ? 'All policies' : `Policies from ${erased?.since} on`;
  return [
    newest === null ? isIn : `${isIn} (the last since policy ${newest})`,
    others.length > 0 ? `; the others are: ${others.join(', ')}.` : '.',
    erased ? ` ${since} had learned from ${erased.feedback} that were erased.` : '',
    promoted ? ` Policy ${promoted.version} is promoted.` : '',
  ].join('');
}

/** What went last. */
export function sweepWords(sweep: RetentionReply['sweeps'][number] | undefined): string {
  if (!sweep) return 'Nothing has gone by a rule yet.';
  const removed = Object.entries(sweep.removed).map(([name, n]) => `${n} of ${name}`);
  const day = new Date(sweep.at).toISOString().slice(0, 10);
  return `The last sweep, on ${day}, removed ${removed.join(', ')}.`;
}
