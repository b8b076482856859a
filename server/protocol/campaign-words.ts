/** Campaigns in words, as the page and the command line tell them. */
import type { CampaignProgress, CampaignReply, CampaignTerms, WireCampaign } from './campaign.ts';

/** Where a campaign has no instructions of its own: what the environment says of itself. */
export function ownInstructions(environment: {
  readonly title: string;
  readonly description: string;
  readonly better?: string | undefined;
}): string {
  const { title, description, better = 'What you would rather see again.' } = environment;
  return `## ${title}\n\n${description}\n\n**Better:** ${better}`;
}

const ENDS: Readonly<Record<NonNullable<CampaignReply['endedWhy']>, string>> = {
  budget: 'its budget is spent',
  deadline: 'its day has come',
  accuracy: 'the reward model is as good as was wanted',
  person: 'somebody ended it',
};

/** `ended: its budget is spent`. */
export function campaignStateWords({
  state,
  endedWhy,
}: Pick<CampaignReply | WireCampaign, 'state' | 'endedWhy'>): string {
  return endedWhy === null ? state : `${state}: ${ENDS[endedWhy]}`;
}

/** `12 of 50 answers`; without a budget what was done. */
export function progressWords({ terms, progress }: Pick<CampaignReply, 'terms' | 'progress'>) {
  const done = budgetWords(terms, progress);
  return `${done}${sharedWords(terms, progress)}${mostWords(terms, progress)}`;
}

/** `; 14 of 48 questions (29 %) answered by two or more`: so far, of those that so many are asked. */
function sharedWords({ people }: CampaignTerms, { questions, shared }: CampaignProgress) {
  if (people === 1 || questions === 0) return '';
  const of = percent(shared / questions, 0);
  return `; ${shared} of ${questions} questions (${of}) answered by two or more`;
}

/** `; one person gave 20 of 48, at most 40 %`. */
function mostWords({ most }: CampaignTerms, { answers, largest }: CampaignProgress) {
  if (most === null) return '';
  return `; one person gave ${largest} of ${answers}, at most ${percent(most)}`;
}

const percent = (share: number, digits = 1) => `${Number((100 * share).toFixed(digits))} %`;

function budgetWords({ budget }: CampaignTerms, progress: CampaignProgress) {
  const { answers, hours, spend } = progress;
  const done = `${answers} answers in ${timeWords(hours)}${spend === null ? '' : ` for ${spend.toFixed(2)}`}`;
  if (budget === null) return done;
  switch (budget.unit) {
    case 'answers':
      return `${done}, of ${budget.most} answers`;
    case 'hours':
      return `${done}, of ${timeWords(budget.most)}`;
    case 'money':
      return `${done}, of ${budget.most.toFixed(2)}`;
  }
}

const timeWords = (hours: number) =>
  hours < 1 ? `${(60 * hours).toFixed(1)} min` : `${hours.toFixed(1)} h`;

/** `compare, 2 people each`. */
export function askedWords({ kind, people, share }: CampaignTerms): string {
  if (people === 1) return kind;
  const part = share < 1 ? `, of ${percent(share)}` : '';
  return `${kind}, ${people} people each${part}`;
}
