/** Everything that is kept of one person, as files that the person can read. */

import { UsageError } from '../../experiments/errors.ts';
import type { People } from '../../server/people/people.ts';
import { qualityOf } from '../../server/run/quality.ts';
import type { Storage } from '../../server/storage/contract.ts';
import type { SubjectRecords } from '../../server/storage/subjects-contract.ts';
import { type Folder, markExport, writeFolder } from '../datasets/folder.ts';

/** By the name of an account, or by the id that the logs have. @throws UsageError for nobody who is known */
export async function findSubject(
  storage: Storage,
  people: Pick<People, 'accounts'>,
  given: string,
): Promise<string> {
  const lower = given.toLowerCase();
  const account = people.accounts.find(
    ({ id, name }) => id === given || name.toLowerCase() === lower,
  );
  if (account) return account.id;
  if (await storage.knowsSubject(given)) return given;
  const names = people.accounts.map(({ name }) => name).join(', ') || 'none';
  throw new UsageError(
    `subject: nothing is kept of "${given}", allowed an id of the log (GET /api/quality lists them) or a name: ${names}`,
  );
}

export interface SubjectExport {
  readonly subject: string;
  readonly out: string;
  readonly feedback: number;
  readonly assignments: number;
  readonly auditRows: number;
}

/** Writes `subject.json` and `index.md`. @throws UsageError when `out` is no export of ours */
export function exportSubject(
  storage: Storage,
  subject: string,
  out: string,
): Promise<SubjectExport> {
  return writeFolder(out, async (folder) => {
    const records = await storage.readSubject(subject);
    const quality = await qualityFigures(storage, subject, records);
    const { audit, ...rest } = records;
    const rows = audit.map(({ seq, hash, body }) => ({ seq, hash, ...JSON.parse(body) }));
    const document = { subject, ...rest, quality, audit: rows };
    folder.write(`${JSON.stringify(document, null, 2)}\n`, 'subject.json');
    writeIndex(folder, subject, records, quality.length);
    const result = {
      subject,
      out,
      feedback: records.feedback.length,
      assignments: records.assignments.length,
      auditRows: audit.length,
    };
    markExport(folder, { format: 'subject', ...result });
    return result;
  });
}

/** How well they answer, as `GET /api/quality` tells supervisors, run by run. */
async function qualityFigures(storage: Storage, subject: string, records: SubjectRecords) {
  const figures = [];
  for (const runId of new Set(records.assignments.map((row) => row.runId))) {
    const answers = (await storage.answeredAssignments(runId)).flatMap(({ verdict, ...row }) =>
      verdict === null ? [] : [{ ...row, verdict }],
    );
    const person = qualityOf(answers).people.find(({ teacherId }) => teacherId === subject);
    const probes = (await storage.probeResults(runId)).filter(
      ({ teacherId }) => teacherId === subject,
    );
    figures.push({ runId, ...person, probes });
  }
  return figures;
}

function writeIndex(folder: Folder, subject: string, records: SubjectRecords, runs: number): void {
  const { account, consents, feedback, assignments, probes, standings, hold, audit } = records;
  const kinds = new Map<string, number>();
  for (const { feedback: f } of feedback) kinds.set(f.kind, (kinds.get(f.kind) ?? 0) + 1);
  const said = [...kinds].map(([kind, n]) => `${n} ${kind}`).join(', ') || 'nothing';
  const day = (time: number) => new Date(time).toISOString().slice(0, 16).replace('T', ' ');
  const lines: (readonly [string, string])[] = [
    [
      '`account`',
      account ? `${account.name}, ${account.role}, since ${day(account.createdAt)}` : 'none',
    ],
    ['`logins`', `${records.logins.length}; their secrets are kept as hashes and not given out`],
    [
      '`consents`',
      consents.map((c) => `text ${c.textHash.slice(0, 12)} on ${day(c.agreedAt)}`).join('; ') ||
        'none',
    ],
    ['`feedback`', `what was said, in the order of the log: ${said}`],
    ['`assignments`', `${assignments.length} questions that were given, and how each ended`],
    [
      '`probes`',
      `${probes.length} questions that tell how well somebody answers (quiz, gold, repeats)`,
    ],
    ['`quality`', `how well they answer, by the rules of docs/people.md, in ${runs} runs`],
    [
      '`standings`',
      standings
        .map((s) => `${s.state} in ${s.runId} since ${day(s.since)}: ${s.reason}`)
        .join('; ') || 'none',
    ],
    ['`hold`', hold ? `nothing is erased since ${day(hold.since)}: ${hold.reason}` : 'none'],
    ['`comments`', `${records.comments.length} on stretches of episodes`],
    ['`campaigns`', `${records.campaigns.length} that they made`],
    ['`models`', `${records.models.length} that they proposed, approved or rolled back`],
    ['`erasures`', `${records.erasures.length} asked for`],
    [
      '`audit`',
      `${audit.length} rows of the audit log that they brought about or that are about them`,
    ],
  ];
  const rows = lines.map(([field, what]) => `| ${field} | ${what.replaceAll('|', '\\|')} |`);
  folder.write(
    [
      `# What is kept of ${subject}`,
      '',
      'All of it is in `subject.json`. Times are milliseconds since 1970, in UTC.',
      '',
      '| field | what it holds |',
      '| --- | --- |',
      ...rows,
      '',
      'Episodes in which somebody drove hold the actions and the simulation, and nobody’s name or id; `reins export` writes them.',
      '',
    ].join('\n'),
    'index.md',
  );
}
