/** How long what is kept: the rules, holds, and the sweep that removes what is due. */
import { Argument, Command } from 'commander';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { People } from '../../server/people/people.ts';
import { retentionReport } from '../../server/people/retention-report.ts';
import { retentionMeaning, retentionWords } from '../../server/protocol/index.ts';
import {
  type Due,
  MOST_DAYS,
  RETENTION_CLASSES,
  type RetentionClass,
  type Sweep,
} from '../../server/storage/retention-contract.ts';
import { integer } from '../arguments.ts';
import { confirm } from '../confirm.ts';
import { alone, dataOption, inPlace, type PlaceFlags } from './runs.ts';
import { withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  json: boolean;
}

/** Lines of a dry run that a terminal is shown; `--json` has all. */
const LINES = 50;
const DAY = 86_400_000;

export function retentionCommand(): Command {
  const command = new Command('retention').description(
    'how long what is kept: rules, holds, and the sweep that removes what is due',
  );
  command.addCommand(listCommand(), { isDefault: true });
  for (const child of [limitCommand(), holdCommand(), releaseCommand(), sweepCommand()])
    command.addCommand(child);
  return withExamples(
    command,
    'reins retention limit words 365',
    'reins retention hold answers --reason "case 12/2026"',
    'reins retention sweep --dry-run',
  );
}

const classArgument = () => new Argument('<class>', 'what it is about').choices(RETENTION_CLASSES);

function listCommand(): Command {
  const command = new Command('list').description('rules, what is due and what is held');
  return withExamples(
    dataOption(command).action((flags: Flags) =>
      inPlace(flags, async (storage) => {
        const people = await People.open(storage);
        const nameOf = (id: string) => people.nameOf(id);
        const report = await retentionReport(storage, nameOf, Date.now(), false);
        createOutput(flags).result({ ...report }, () =>
          table([
            ['class', 'what it is', 'rule'],
            ...report.rules.map((rule) => [
              rule.name,
              retentionMeaning(rule.name),
              retentionWords(rule),
            ]),
          ]),
        );
      }),
    ),
    'reins retention list --data ./data --json',
  );
}

function limitCommand(): Command {
  const command = new Command('limit')
    .description('days after which a class goes, or never')
    .addArgument(classArgument())
    .argument('<days>', `1 to ${MOST_DAYS}, or never`, (given) =>
      given === 'never' ? null : integer(1, MOST_DAYS)(given),
    );
  return withExamples(
    dataOption(command).action((name: RetentionClass, days: number | null, flags: Flags) =>
      inPlace(flags, async (storage) => {
        await asUsage(() => storage.limitRetention(name, days, 'command'));
        createOutput(flags).result({ name, days }, () =>
          days === null ? `${name} are kept without limit` : `${name} are kept for ${days} days`,
        );
      }),
    ),
    'reins retention limit episodes 90',
  );
}

function holdCommand(): Command {
  const command = new Command('hold')
    .description('nothing of a class goes until release')
    .addArgument(classArgument())
    .requiredOption('--reason <text>', 'why, in your words; goes with the hold');
  return withExamples(
    dataOption(command).action((name: RetentionClass, flags: Flags & { reason: string }) =>
      inPlace(flags, async (storage) => {
        const { reason } = flags;
        await storage.holdRetention(name, { reason, since: Date.now() }, 'command');
        createOutput(flags).result({ name, isHeld: true }, () => `${name} are held`);
      }),
    ),
    'reins retention hold answers --reason "case 12/2026"',
  );
}

function releaseCommand(): Command {
  const command = new Command('release').description('ends a hold').addArgument(classArgument());
  return withExamples(
    dataOption(command).action((name: RetentionClass, flags: Flags) =>
      inPlace(flags, async (storage) => {
        await storage.holdRetention(name, null, 'command');
        createOutput(flags).result({ name, isHeld: false }, () => `${name} are released`);
      }),
    ),
    'reins retention release answers',
  );
}

function sweepCommand(): Command {
  const command = new Command('sweep')
    .description(
      'remove what is due and not held; no server may run on the folder or database, which does it itself',
    )
    .option('--dry-run', 'tell what would go and why, beside the server too', false)
    .option('--yes', 'do it without asking', false);
  return withExamples(
    dataOption(command).action(async (flags: Flags & { dryRun: boolean; yes: boolean }) => {
      const now = Date.now();
      const output = createOutput(flags);
      if (flags.dryRun)
        return inPlace(flags, async (storage) => {
          const due = await storage.listDue(now);
          output.result({ due }, () => planned(due, now));
        });
      return alone(flags, async (storage) => {
        const due = (await storage.listDue(now)).filter(({ heldBy }) => heldBy === null);
        if (due.length > 0) await confirm(`${due.length} records go`, 'sweep', flags.yes);
        const swept = await asUsage(() => storage.sweep(now, 'command', false));
        output.result({ sweep: swept ?? null }, () => told(swept));
      });
    }),
    'reins retention sweep --dry-run',
    'reins retention sweep --yes --json',
  );
}

function planned(due: readonly Due[], now: number): string {
  if (due.length === 0) return 'nothing is due';
  const rows = due.slice(0, LINES).map(({ name, what, id, teacherId, since, heldBy }) => {
    const age = `${Math.floor((now - since) / DAY)} days old`;
    const shown = what === 'login' || what === 'invitation' ? id.slice(0, 12) : id;
    return [name, what, shown, teacherId ?? '', age, heldBy === null ? 'goes' : `stays: ${heldBy}`];
  });
  const rest = due.length > LINES ? [`and ${due.length - LINES} more: --json has all`] : [];
  return [table([['class', 'what', 'id', 'whose', 'age', 'then'], ...rows]), ...rest].join('\n');
}

function told(swept: Sweep | undefined): string {
  if (!swept) return 'nothing was to go';
  const removed = Object.entries(swept.removed).map(([name, n]) => `${n} of ${name}`);
  return `removed: ${removed.join(', ')}; ${swept.held} held back; ${swept.id} in the audit log`;
}
