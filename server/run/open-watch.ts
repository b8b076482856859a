/** Questions to people, and the watch over how they answer: each needs the other. */
import { randomInt } from 'node:crypto';
import { createRandom } from '../../sim/random.ts';
import type { RunOptions } from '../contract.ts';
import type { Learner } from '../learner/handle.ts';
import { Automation, type AutomationOptions } from './automation.ts';
import type { LiveActors } from './live-actors.ts';
import { Probes, type ProbesOptions } from './probes.ts';
import { Queries, type QueriesOptions } from './queries.ts';
import { RunningCampaign } from './running-campaign.ts';
import { Standings } from './standings.ts';
import { Watch, type WatchOptions } from './watch.ts';

interface Parts extends Pick<WatchOptions, 'background' | 'controlDt'> {
  readonly options: Pick<RunOptions, 'run' | 'overlap' | 'quality' | 'automation' | 'storage'>;
  readonly episodes: QueriesOptions['episodes'] &
    ProbesOptions['episodes'] &
    AutomationOptions['episodes'];
  readonly learner: WatchOptions['learner'] & Pick<Learner, 'model'>;
  readonly alerts: AutomationOptions['alerts'];
  readonly lives: Pick<LiveActors, 'facts'>;
}

export async function openWatch({ options, ...parts }: Parts): Promise<{
  readonly queries: Queries;
  readonly watch: Watch;
  readonly standings: Standings;
  readonly campaign: RunningCampaign;
  readonly automation: Automation | undefined;
}> {
  const { run, overlap, quality: rules, storage } = options;
  const shared = { ...parts, storage, runId: run.id };
  const standings = await Standings.open({ ...shared, rules });
  const random = createRandom(randomInt(2 ** 31));
  const probes = await Probes.open({ ...shared, standings, random });
  const campaign = await RunningCampaign.open({ ...shared, overlap });
  const automation = await openAutomation(options, parts);
  const queries = await Queries.open({
    ...{ ...shared, campaign, standings, probes },
    automation: automation && exceptForPeople(automation, campaign),
    onAnswered(row, answer) {
      campaign.heard(row, answer);
      watch.heard(row, answer);
      if (automation) parts.background.run('automation', automation.answered(row));
    },
  });
  campaign.onChange(async () => {
    probes.resembleNothing();
    await queries.renew();
    queries.tellAll((teacherId) => campaign.message(teacherId));
  });
  const watch = new Watch({ ...shared, standings, probes, queries });
  return { queries, watch, standings, campaign, automation };
}

/** What a campaign asks of people alone goes to them. */
export function exceptForPeople(
  automation: Pick<Automation, 'take'>,
  campaign: Pick<RunningCampaign, 'isOfPeopleAlone'>,
): Pick<Automation, 'take'> {
  return { take: async (query) => !campaign.isOfPeopleAlone && automation.take(query) };
}

async function openAutomation(
  { automation: rules, run, storage }: Parts['options'],
  { episodes, learner, alerts, lives }: Omit<Parts, 'options'>,
): Promise<Automation | undefined> {
  if (!rules) return undefined;
  return Automation.open({
    ...{ rules, storage, episodes, alerts, runId: run.id, environmentId: run.environmentId },
    model: () => learner.model(),
    actionSpace() {
      const { actionLow, actionHigh } = lives.facts;
      const [low, high] = [Float32Array.from(actionLow), Float32Array.from(actionHigh)];
      return { size: low.length, low, high };
    },
  });
}
