/** How long what is kept, as the page and the command line tell it. */
import type { RetentionRuleReply } from './replies.ts';

const MEANS: Readonly<Record<RetentionRuleReply['name'], string>> = {
  'sign-ins': 'logins and invitations that are over, names of who was shut out',
  words: 'comments, reasons, and what people wrote to their answers',
  episodes: 'episodes that no answer, comment or question is about',
  answers: 'what people said; the models forget it',
};

export const retentionMeaning = (name: RetentionRuleReply['name']): string => MEANS[name];

/** `365 days`, and what is due, waits or is held. */
export function retentionWords({ days, hold, due, waiting, held }: RetentionRuleReply): string {
  const limit = days === null ? 'kept without limit' : days === 1 ? '1 day' : `${days} days`;
  return [
    limit,
    ...(hold ? [`all held: ${hold.reason}`] : []),
    ...(due > 0 ? [`${due} go with the next sweep`] : []),
    ...(waiting > 0 ? [`${waiting} when the server starts next`] : []),
    ...held.map(({ why, count }) => `${count} stay: ${why}`),
  ].join('; ');
}
