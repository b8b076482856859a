/** What people are asked for a while: drafted, started, paused, ended, beside the server or without it. */
import { readFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { Campaigns } from '../../server/campaigns/campaigns.ts';
import {
  askedWords,
  CAMPAIGN_PURPOSES,
  CAMPAIGN_QUESTIONS,
  CAMPAIGN_SOURCES,
  CAMPAIGN_STRATEGIES,
  type CampaignReply,
  campaignStateWords,
  ownInstructions,
  progressWords,
} from '../../server/protocol/index.ts';
import { integer, number } from '../arguments.ts';
import { type AtRun, actorOf, place, type RunFlags, signed, withRun } from './of-a-run.ts';
import { withExamples } from './shared.ts';

export function campaignsCommand(): Command {
  const command = new Command('campaigns').description(
    'what people are asked for a while, on which budget: list, create, change, start, pause, end, delete',
  );
  command.addCommand(listCommand(), { isDefault: true });
  for (const child of [
    createCommand(),
    changeCommand(),
    moveCommand('start', 'people are asked in it from now on', (c, id, by) =>
      c.start(id, by, Date.now()),
    ),
    moveCommand('pause', 'nobody is asked anything until it starts again', (c, id, by) =>
      c.pause(id, by),
    ),
    moveCommand('end', 'ends it for good', (c, id, by) => c.end(id, by, Date.now())),
    moveCommand('delete', 'takes a draft back', (c, id, by) => c.remove(id, by)),
  ])
    command.addCommand(child);
  return withExamples(
    command,
    'reins campaigns create --name "Which drives better" --answers 200 --people 2 --share 0.3',
    'reins campaigns start campaign-1a2b3c4d --by Grace',
    'reins campaigns --data ./data',
  );
}

function listCommand(): Command {
  const command = place('list', 'campaigns and what has come of them, newest first');
  return withExamples(
    command.action((flags: RunFlags) =>
      withCampaigns(flags, async ({ run, campaigns }) => {
        const all = await campaigns.list();
        createOutput(flags).result({ run: run.id, campaigns: all }, () => describe(all));
      }),
    ),
    'reins campaigns list --data ./data --json',
  );
}

interface TermFlags extends RunFlags {
  name?: string;
  purpose?: string;
  kind?: string;
  strategy?: string;
  pool?: number;
  source?: string;
  people?: number;
  share?: number;
  most?: number;
  answers?: number;
  hours?: number;
  money?: number;
  rate?: number;
  until?: number;
  accuracy?: number;
  instructions?: string;
}

const MOST = 1e9;

function termOptions(command: Command): Command {
  return signed(command)
    .addOption(
      new Option(
        '--purpose <purpose>',
        'production needs a calibration before it (default pilot)',
      ).choices(CAMPAIGN_PURPOSES),
    )
    .addOption(
      new Option('--kind <kind>', 'what people do (default compare)').choices(CAMPAIGN_QUESTIONS),
    )
    .addOption(
      new Option('--strategy <strategy>', 'which clips; default: as the preset chooses').choices(
        CAMPAIGN_STRATEGIES,
      ),
    )
    .option('--pool <n>', 'clips of so many of the newest episodes', integer(2, 100_000))
    .addOption(
      new Option(
        '--source <which>',
        'of episodes in which a person drove, nobody did, the task was solved, or was not (default all)',
      ).choices(CAMPAIGN_SOURCES),
    )
    .option('--people <n>', 'who are asked each question (default 1)', integer(1, 10))
    .option('--share <share>', 'of the questions that so many are asked (default 1)', number(0, 1))
    .option('--most <share>', 'of the answers that one person may give (default any)', number(0, 1))
    .option('--answers <n>', 'budget: answers that count', integer(1, MOST))
    .option('--hours <h>', 'budget: active time', number(0, MOST))
    .option('--money <amount>', 'budget: at --rate', number(0, MOST))
    .option('--rate <price>', 'price of an hour', number(0, 1e6))
    .option('--until <time>', 'it ends then, as in 2027-01-31T18:00Z', moment)
    .option('--accuracy <share>', 'it ends once the reward model is right so often', number(0.5, 1))
    .option('--instructions <file>', 'Markdown; default: what the environment says of itself');
}

function createCommand(): Command {
  const command = termOptions(
    place('create', 'drafts a campaign').requiredOption('--name <name>', 'as people see it'),
  );
  return withExamples(
    command.action((flags: TermFlags) =>
      withCampaigns(flags, async ({ run, people, campaigns }) => {
        const actor = actorOf(people, flags);
        const text = textOf(flags) ?? (await environmentWords(run.environmentId));
        const id = await asUsage(() => campaigns.create(termsOf(flags), text, actor, Date.now()));
        createOutput(flags).result(await campaigns.find(id), () => `${id} is drafted`);
      }),
    ),
    'reins campaigns create --name Calibration --purpose calibration --people 2 --answers 40',
    'reins campaigns create --name Winter --money 300 --rate 25 --instructions winter.md',
  );
}

function changeCommand(): Command {
  const command = termOptions(
    place('change', 'changes what is given').option('--name <name>', 'as people see it'),
  ).argument('<campaign>', 'as list names it');
  return withExamples(
    command.action((id: string, flags: TermFlags) =>
      withCampaigns(flags, async ({ people, campaigns }) => {
        const actor = actorOf(people, flags);
        await asUsage(() => campaigns.change(id, termsOf(flags), textOf(flags), actor, Date.now()));
        createOutput(flags).result(await campaigns.find(id), () => `${id} is changed`);
      }),
    ),
    'reins campaigns change campaign-1a2b3c4d --answers 300 --instructions clearer.md',
  );
}

function moveCommand(
  name: string,
  description: string,
  move: (campaigns: Campaigns, id: string, actor: string) => Promise<void>,
): Command {
  const command = signed(place(name, description)).argument('<campaign>', 'as list names it');
  return withExamples(
    command.action((id: string, flags: RunFlags) =>
      withCampaigns(flags, async ({ people, campaigns }) => {
        await asUsage(() => move(campaigns, id, actorOf(people, flags)));
        const found = (await campaigns.list()).find((campaign) => campaign.id === id);
        createOutput(flags).result(found ?? { id, deleted: true }, () =>
          found ? `${id}: ${campaignStateWords(found)}` : `${id} is deleted`,
        );
      }),
    ),
    `reins campaigns ${name} campaign-1a2b3c4d`,
  );
}

interface Work extends AtRun {
  readonly campaigns: Campaigns;
}

const withCampaigns = (flags: RunFlags, work: (at: Work) => Promise<void>): Promise<void> =>
  withRun(flags, (at) => {
    const { storage, run, people } = at;
    const nameOf = (id: string) => people.nameOf(id);
    return work({ ...at, campaigns: new Campaigns({ storage, nameOf, runId: run.id }) });
  });

/** Those that are given. @throws UsageError for two budgets */
function termsOf(flags: TermFlags): Record<string, unknown> {
  const { name, purpose, kind, strategy, pool, source, people, share, rate, until, accuracy } =
    flags;
  const budgets = (['answers', 'hours', 'money'] as const).filter((unit) => flags[unit]);
  if (budgets.length > 1)
    throw new UsageError(`${budgets[1]}: is given beside ${budgets[0]}, allowed one budget`);
  const [unit] = budgets;
  const budget = unit && { unit, most: flags[unit] };
  const asked = { name, purpose, kind, strategy, pool, source, people, share };
  const given = { ...asked, most: flags.most, rate, until, accuracy };
  return Object.fromEntries(
    Object.entries({ ...given, budget }).filter(([, value]) => value !== undefined),
  );
}

/** @throws UsageError where the file cannot be read */
function textOf({ instructions }: TermFlags): string | undefined {
  if (instructions === undefined) return undefined;
  try {
    return readFileSync(instructions, 'utf8');
  } catch (error) {
    throw new UsageError(
      `instructions: ${instructions} cannot be read (${(error as NodeJS.ErrnoException).code})`,
    );
  }
}

async function environmentWords(id: string): Promise<string> {
  const { getEnvironment } = await import('../../sim/registry.ts');
  return ownInstructions(getEnvironment(id));
}

function moment(text: string): number {
  const time = Date.parse(text);
  if (Number.isNaN(time))
    throw new InvalidArgumentError(`is "${text}", allowed a time such as 2027-01-31T18:00Z`);
  return time;
}

function describe(campaigns: readonly CampaignReply[]): string {
  if (campaigns.length === 0) return 'there is no campaign yet: reins campaigns create';
  return table([
    ['campaign', 'name', 'purpose', 'state', 'asks', 'so far'],
    ...campaigns.map((campaign) => [
      campaign.id,
      campaign.terms.name,
      campaign.terms.purpose,
      campaignStateWords(campaign),
      askedWords(campaign.terms),
      progressWords(campaign),
    ]),
  ]);
}
