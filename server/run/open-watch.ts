/** Questions to people, and the watch over how they answer: each needs the other. */
import { randomInt } from 'node:crypto';
import { createRandom } from '../../sim/random.ts';
import type { RunOptions } from '../contract.ts';
import { Probes, type ProbesOptions } from './probes.ts';
import { Queries, type QueriesOptions } from './queries.ts';
import { RunningCampaign } from './running-campaign.ts';
import { Standings } from './standings.ts';
import { Watch, type WatchOptions } from './watch.ts';

export async function openWatch({
  options,
  ...parts
}: {
  readonly options: Pick<RunOptions, 'run' | 'overlap' | 'quality' | 'storage'>;
  readonly episodes: QueriesOptions['episodes'] & ProbesOptions['episodes'];
} & Pick<WatchOptions, 'background' | 'learner' | 'controlDt'>): Promise<{
  readonly queries: Queries;
  readonly watch: Watch;
  readonly standings: Standings;
  readonly campaign: RunningCampaign;
}> {
  const { run, overlap, quality: rules, storage } = options;
  const shared = { ...parts, storage, runId: run.id };
  const standings = await Standings.open({ ...shared, rules });
  const random = createRandom(randomInt(2 ** 31));
  const probes = await Probes.open({ ...shared, standings, random });
  const campaign = await RunningCampaign.open({ ...shared, overlap });
  const queries = await Queries.open({
    ...{ ...shared, campaign, standings, probes },
    onAnswered(row, answer) {
      campaign.heard(row, answer);
      watch.heard(row, answer);
    },
  });
  campaign.onChange(async () => {
    probes.resembleNothing();
    await queries.renew();
    queries.tellAll((teacherId) => campaign.message(teacherId));
  });
  const watch = new Watch({ ...shared, standings, probes, queries });
  return { queries, watch, standings, campaign };
}
