/** Whether a model answers in people's place, as the page and the command line tell it. */
import type { AutomationReply } from './replies.ts';

const percent = (share: number) => `${(100 * share).toFixed(share > 0.99 ? 1 : 0)} %`;

const WHY: Readonly<Record<NonNullable<AutomationReply['withdrawn']>['why'], string>> = {
  audit: 'people said otherwise to too many of the questions that it was sure of',
  bound: 'with what people said since it is not shown any more to be right often enough',
  replaced: 'a newer model took its place',
  changed: 'more was asked of it than it was certified for, or its bytes are gone',
};

export function automationWords(report: AutomationReply): string {
  const { isOn, answers, certificate, withdrawn } = report;
  const past = answers > 0 ? ` ${answers} questions were answered by a model.` : '';
  if (certificate) return `${certified(certificate, report)}${past}`;
  const state = isOn ? 'No model answers in people’s place' : 'People answer everything';
  const why = withdrawn ? ` (withdrawn: ${WHY[withdrawn.why]})` : '';
  return `${state}${why}.${lack(report)}${past}`;
}

function certified(
  { threshold, labels, lower, rewardVersion, audits }: NonNullable<AutomationReply['certificate']>,
  { isOn, target }: AutomationReply,
): string {
  const may = isOn ? 'answers' : 'may answer, once it is switched on,';
  const shown = `at least ${percent(lower)} right on ${labels} held-out answers of people${target === null ? '' : ` (asked for: ${percent(target)})`}`;
  const blind = `Of ${audits.answered} that people were asked nevertheless, ${audits.right} were answered the same.`;
  return `Reward model ${rewardVersion} ${may} comparisons of which it is sure by ${threshold.toFixed(3)} or more: ${shown}. ${blind}`;
}

/** How much is missing until it is judged next. */
function lack({ target, missing, labels, next, looks }: AutomationReply): string {
  if (target === null || missing === null || next === null) return '';
  const before =
    looks === 0
      ? ''
      : ` It was not shown by ${looks === 1 ? 'one look' : `${looks} looks`} so far.`;
  if (missing === 0) return `${before} It is about to be judged on ${labels} held-out answers.`;
  return `${before} ${missing} more held-out comparisons are needed before it is judged (${labels} of ${next}); for ${percent(target)} expect about a thousand.`;
}
