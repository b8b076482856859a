/** Which policy of a run has learned from which feedback. */
import { Command } from 'commander';
import { UsageError } from '../../experiments/errors.ts';
import { createOutput, table } from '../../experiments/output.ts';
import type { LineageSummary } from '../../server/protocol/index.ts';
import {
  contentOf,
  feedbackLineage,
  summaryOf,
  UNUSED_REASONS,
  type UnusedReason,
  unusedReasons,
  type VersionLineage,
  versionsOf,
} from '../../server/run/lineage.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { integer } from '../arguments.ts';
import { findRun, inPlace, type PlaceFlags, withRecord } from './runs.ts';
import { jsonOption, withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  run?: string;
  limit: number;
  policy?: number;
  feedback?: string;
  json: boolean;
}

export function lineageCommand(): Command {
  const command = withRecord(
    new Command('lineage')
      .description(
        'what each policy of a run has learned from, and what none has; may run beside the server',
      )
      .option('--data <folder>', 'data folder of the server', './data'),
  )
    .option('--run <id>', 'run, by id or name; default: the newest')
    .option('--limit <n>', 'how many policies to list, the newest', integer(1, 100_000), 20)
    .option(
      '--policy <version>',
      'ids of all that this policy has learned from',
      integer(0, 2 ** 31),
    )
    .option('--feedback <id>', 'the first policy that has learned from this');
  return withExamples(
    jsonOption(command).action((flags: Flags) =>
      inPlace(flags, async (storage) => {
        const run =
          flags.run === undefined ? await storage.latestRun() : await findRun(storage, flags.run);
        if (!run) throw new UsageError(`run: ${flags.data} has none`);
        await show(storage, run, flags);
      }),
    ),
    'reins lineage --data ./data',
    'reins lineage --policy 57 --json',
    'reins lineage --feedback 3f2c',
  );
}

async function show(storage: Storage, run: Run, flags: Flags): Promise<void> {
  const output = createOutput(flags);
  if (flags.feedback !== undefined) {
    const found = await feedbackLineage(storage, run.id, flags.feedback);
    if (!found) throw new UsageError(`feedback: ${flags.feedback} is not in ${run.id}`);
    const { version, reason } = found;
    return output.result(found, () =>
      version === null
        ? `in no policy${reason ? `: ${UNUSED_REASONS[reason]}` : ''}`
        : `first in policy ${version}${found.retractedIn === null ? '' : `, taken back in ${found.retractedIn}`}${found.isErased ? ', erased since' : ''}`,
    );
  }
  if (flags.policy !== undefined) {
    const used = await storage.usedFeedback(run.id);
    const { taken, excluded, retracted } = contentOf(
      flags.policy,
      used,
      await storage.exclusions(run.id),
    );
    const document = { run: run.id, policy: flags.policy, feedback: taken, excluded, retracted };
    return output.result(document, () => taken.map(({ feedbackId }) => feedbackId).join('\n'));
  }
  const summary = await summaryOf(storage, run.id);
  const versions = await versionsOf(storage, run.id, flags.limit);
  const unused = await unusedReasons(storage, run.id);
  output.result({ run: run.id, ...summary, versions, unusedFeedback: unused }, () =>
    describe(summary, versions),
  );
}

function describe(summary: LineageSummary, versions: readonly VersionLineage[]): string {
  const { accepted, used, unused, erased, promoted } = summary;
  const reasons = Object.entries(unused) as [UnusedReason, number][];
  const lines = reasons.flatMap(([reason, n]) =>
    n > 0 ? [`  ${n} ${UNUSED_REASONS[reason]}`] : [],
  );
  const rows = versions.map((v) => [
    String(v.version),
    v.time === null ? '–' : new Date(v.time).toISOString().slice(0, 16).replace('T', ' '),
    String(v.added),
    String(v.feedback),
    v.sequences ? `${v.sequences.from}–${v.sequences.to}` : '–',
    String(v.excluded.feedback),
    String(v.retracted),
    String(v.erased),
  ]);
  const head = [
    'policy',
    'published (UTC)',
    'new',
    'feedback',
    'of the log',
    'left out',
    'taken back',
    'erased',
  ];
  return [
    `${used} of ${accepted} pieces of feedback are in a policy; in none:`,
    ...(lines.length > 0 ? lines : ['  nothing']),
    ...(erased
      ? [
          `policies from ${erased.since ?? 'an unknown one'} on had learned from ${erased.feedback} answers that were erased since`,
        ]
      : []),
    ...(promoted ? [`policy ${promoted.version} is promoted, as ${promoted.model}`] : []),
    ...(rows.length > 0 ? ['', table([head, ...rows])] : []),
  ].join('\n');
}
