/** The folder of a dataset: answers, datasheet, and the hash of every file. The same dataset has the same bytes. */
import { UsageError } from '../../experiments/errors.ts';
import type { DatasetContent } from '../../server/datasets/datasets.ts';
import { type DatasetReply, type Datasheet, LEFT_OUT } from '../../server/protocol/index.ts';
import { markExport, writeFolder, writeSums } from '../datasets/folder.ts';

/** @throws UsageError where people were erased since it was made, or `out` is no export of ours */
export function writeDataset(
  out: string,
  set: DatasetReply,
  { lines, isWhole, missing }: DatasetContent,
): Promise<number> {
  if (!isWhole)
    throw new UsageError(
      `dataset: ${set.id} is not what it was (${missing} answers are gone): people were erased, or answers are kept no longer; make another version`,
    );
  return writeFolder(out, async (folder) => {
    folder.write(lines, 'answers.jsonl');
    folder.write(`${JSON.stringify(set, null, 2)}\n`, 'datasheet.json');
    folder.write(datasheetWords(set), 'README.md');
    markExport(folder, { format: 'dataset', dataset: set.id, answers: set.sheet.answers });
    return writeSums(folder);
  });
}

const time = (at: number | null) => (at === null ? 'not yet' : new Date(at).toISOString());
const share = (x: number | null) => (x === null ? '–' : x.toFixed(2));

function datasheetWords({ id, version, sheet, madeBy, madeAt }: DatasetReply): string {
  const { run, campaign, parent } = sheet;
  const { terms } = campaign;
  return `# ${terms.name}, version ${version}

Dataset \`${id}\`, made on ${time(madeAt)} by ${madeBy}${parent === null ? '' : `, after \`${parent}\``}.

| | |
| --- | --- |
| answers | ${sheet.answers} to ${sheet.questions} questions (${terms.kind}), in \`answers.jsonl\`, as the log has them |
| SHA-256 of them | \`${sheet.hash}\` |
| run | \`${run.id}\`: ${run.environmentId}, ${run.preset}, seed ${run.seed}, \`${run.configHash}\` |
| campaign | \`${campaign.id}\`: ${terms.purpose}, ${terms.people} asked each, share ${terms.share}; began ${time(campaign.startedAt)}, ended ${time(campaign.endedAt)} |
| instructions | version ${campaign.version}, SHA-256 \`${campaign.textHash}\` |
| agreement | ${agreementOf(sheet)} |
| work | ${sheet.hours.toFixed(2)} h${sheet.spend === null ? '' : ` for ${sheet.spend.toFixed(2)}`} |

## Who answered

| person | answers | known ones right | accuracy by agreement |
| --- | --- | --- | --- |
${sheet.people
  .map(
    ({ teacherId, answers, known, accuracy }) =>
      `| ${teacherId} | ${answers} | ${known.right} of ${known.n} | ${share(accuracy)} |`,
  )
  .join('\n')}

## What is left out

${
  Object.entries(sheet.leftOut)
    .filter(([, n]) => n > 0)
    .map(([why, n]) => `- ${n}: ${LEFT_OUT[why as keyof typeof LEFT_OUT]}`)
    .join('\n') || 'Nothing.'
}
`;
}

function agreementOf({ alpha, interval, shared, disputed }: Datasheet): string {
  const range = interval ? ` (${interval.low.toFixed(2)} to ${interval.high.toFixed(2)})` : '';
  const value = alpha === null ? 'nothing to disagree about' : `α ${alpha.toFixed(2)}${range}`;
  return `${value}; ${shared} questions by two people or more, ${disputed} of them disputed`;
}
