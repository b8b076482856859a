/** Which model of a run is the promoted one: proposed by one, approved by another, taken back by either. */
import { Command } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { Promotions } from '../../server/people/promotions.ts';
import { gateWords, type ModelReply, stateWords } from '../../server/protocol/index.ts';
import { number } from '../arguments.ts';
import { type AtRun, actorOf, place, type RunFlags, signed, withRun } from './of-a-run.ts';
import { withExamples } from './shared.ts';

export function promoteCommand(): Command {
  const command = new Command('promote').description(
    'which model of a run is the promoted one: list, propose, approve, withdraw, rollback, export',
  );
  command.addCommand(listCommand(), { isDefault: true });
  for (const child of [
    proposeCommand(),
    approveCommand(),
    withdrawCommand(),
    rollbackCommand(),
    exportCommand(),
  ])
    command.addCommand(child);
  return withExamples(
    command,
    'reins promote propose --data ./data',
    'reins promote approve model-1a2b3c4d --by Edith',
    'reins promote export --out ./promoted.policy',
  );
}

function listCommand(): Command {
  const command = place('list', 'models that were proposed, newest first');
  return withExamples(
    command.action((flags: RunFlags) =>
      withModels(flags, async ({ run, promotions }) => {
        const models = await promotions.list();
        createOutput(flags).result({ run: run.id, models }, () => describe(models));
      }),
    ),
    'reins promote list --data ./data --json',
  );
}

function proposeCommand(): Command {
  const command = signed(
    place('propose', 'keeps what the newest checkpoint has learned, and judges it'),
  ).option(
    '--margin <share>',
    'by so much it may be right less often than the promoted one (default 0.05)',
    number(0, 0.5),
  );
  return withExamples(
    command.action((flags: RunFlags & { margin?: number }) =>
      withModels(flags, async ({ storage, run, people, promotions }) => {
        const actor = actorOf(people, flags);
        const { learnedModel } = await import('../learned-model.ts');
        const kept = await learnedModel(storage, run);
        const { figuresOf, gateOf, MARGIN, promotedIn } = await import(
          '../../server/run/promotion.ts'
        );
        const promoted = await asUsage(() => promotedIn(storage, run.id));
        const gate = await gateOf(kept, promoted, flags.margin ?? MARGIN);
        const what = { gate, figures: await figuresOf(storage, run.id) };
        const { id } = await promotions.propose(what, kept, actor, Date.now());
        const model = (await promotions.list()).find((each) => each.id === id)!;
        createOutput(flags).result(model, () => `${id}: ${gateWords(gate)}`);
      }),
    ),
    'reins promote propose --data ./data --by Grace',
  );
}

function approveCommand(): Command {
  const command = signed(place('approve', 'makes a model that passes the promoted one')).argument(
    '<model>',
    'as list names it',
  );
  return withExamples(
    command.action((id: string, flags: RunFlags) =>
      withModels(flags, async ({ people, promotions }) => {
        await asUsage(() => promotions.approve(id, actorOf(people, flags), Date.now()));
        createOutput(flags).result({ promoted: id }, () => `${id} is promoted`);
      }),
    ),
    'reins promote approve model-1a2b3c4d --by Edith',
  );
}

function withdrawCommand(): Command {
  const command = signed(place('withdraw', 'takes a proposal back that waits')).argument(
    '<model>',
    'as list names it',
  );
  return withExamples(
    command.action((id: string, flags: RunFlags) =>
      withModels(flags, async ({ people, promotions }) => {
        await asUsage(() => promotions.withdraw(id, actorOf(people, flags)));
        createOutput(flags).result({ withdrawn: id }, () => `${id} is withdrawn`);
      }),
    ),
    'reins promote withdraw model-1a2b3c4d',
  );
}

function rollbackCommand(): Command {
  const command = signed(
    place('rollback', 'takes the promoted model back: the one before it is promoted again'),
  ).argument('[model]', 'the promoted one, to be sure that it is it');
  return withExamples(
    command.action((given: string | undefined, flags: RunFlags) =>
      withModels(flags, async ({ people, promotions }) => {
        const actor = actorOf(people, flags);
        const id = given ?? (await promotedOne(promotions)).id;
        const promoted = await asUsage(() => promotions.rollBack(id, actor, Date.now()));
        createOutput(flags).result({ rolledBack: id, promoted }, () =>
          promoted === null
            ? `${id} is rolled back; no model is promoted now`
            : `${id} is rolled back; ${promoted} is promoted again`,
        );
      }),
    ),
    'reins promote rollback --by Edith',
  );
}

function exportCommand(): Command {
  const command = place('export', 'the policy of a model as a file, for serve --policy and watch')
    .argument('[model]', 'as list names it; default: the promoted one')
    .requiredOption('--out <file>', 'where to write');
  return withExamples(
    command.action((given: string | undefined, flags: RunFlags & { out: string }) =>
      withModels(flags, async ({ storage, run, promotions }) => {
        const id = given ?? (await promotedOne(promotions)).id;
        const isOurs = (await promotions.list()).some((model) => model.id === id);
        const kept = isOurs ? await asUsage(() => storage.readModel(id)) : undefined;
        if (!kept)
          throw new UsageError(`model: ${id} is not kept in ${run.id}, see reins promote list`);
        const { writePolicyFile } = await import('../../experiments/policy-file.ts');
        const { environmentId, observationSize, policy: snapshot } = kept;
        const meta = { run: run.id, model: id };
        const bytes = writePolicyFile(flags.out, {
          ...{ environmentId, observationSize, snapshot, meta },
        });
        createOutput(flags).result(
          { model: id, out: flags.out, bytes: bytes.length },
          () => `policy ${snapshot.version} of ${id} in ${flags.out}`,
        );
      }),
    ),
    'reins promote export --out ./promoted.policy',
  );
}

interface Work extends AtRun {
  readonly promotions: Promotions;
}

const withModels = (flags: RunFlags, work: (at: Work) => Promise<void>): Promise<void> =>
  withRun(flags, (at) =>
    work({ ...at, promotions: new Promotions(at.storage, at.people, at.run.id) }),
  );

async function promotedOne(promotions: Promotions): Promise<ModelReply> {
  const found = (await promotions.list()).find(({ state }) => state === 'promoted');
  if (found) return found;
  throw new UsageError('model: none is promoted yet; reins promote propose, then approve');
}

function describe(models: readonly ModelReply[]): string {
  if (models.length === 0) return 'no model was proposed yet: reins promote propose';
  return table([
    ['model', 'state', 'policy', 'proposed (UTC)', 'gate'],
    ...models.map((model) => [
      model.id,
      stateWords(model),
      String(model.policyVersion),
      new Date(model.proposedAt).toISOString().slice(0, 16).replace('T', ' '),
      gateWords(model.gate),
    ]),
  ]);
}
