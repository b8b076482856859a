/** The folder that an auditor asks for: who did what to what, by pseudonyms, with the hash of every file. */

import { PERMISSIONS } from '../../server/people/roles.ts';
import { summaryOf, unusedReasons, versionsOf } from '../../server/run/lineage.ts';
import { qualityOf } from '../../server/run/quality.ts';
import type { AuditRow } from '../../server/storage/audit-chain.ts';
import { readHeads } from '../../server/storage/audit-heads.ts';
import { type AuditReport, verifyRows } from '../../server/storage/audit-verify.ts';
import type { Run, Storage } from '../../server/storage/contract.ts';
import { RULES } from '../../server/storage/take-out.ts';
import { type Folder, markExport, writeFolder, writeSums } from '../datasets/folder.ts';

export interface Evidence {
  readonly out: string;
  readonly runs: number;
  readonly people: number;
  readonly audit: AuditReport;
  /** Files with a hash. */
  readonly files: number;
}

interface EvidenceOptions {
  readonly storage: Storage;
  /** Of the signed heads. */
  readonly data: string;
  readonly out: string;
  readonly version: string;
  readonly now: number;
}

/** Rows of the audit log read at once. */
const PAGE = 10_000;

/** @throws UsageError when `out` is no export of ours */
export function writeEvidence(options: EvidenceOptions): Promise<Evidence> {
  const { storage, data, out, version, now } = options;
  return writeFolder(out, async (folder) => {
    const json = (value: unknown, ...name: string[]) =>
      folder.write(`${JSON.stringify(value, null, 2)}\n`, ...name);
    const audit = await writeAudit(folder, storage, data);
    json(audit, 'audit', 'verification.json');
    const runs = await storage.listRuns();
    for (const run of runs) await writeRun(json, storage, run);
    const people = await rosterOf(storage, runs);
    json(people, 'people.json');
    json(await storage.listConsents(), 'consents.json');
    for (const { hash: name, body } of await storage.listTexts())
      folder.write(body, 'texts', `${name}.md`);
    json(await textsOf(storage), 'texts.json');
    json(await erasuresOf(storage), 'erasures.json');
    json(await retentionOf(storage), 'retention.json');
    json(PERMISSIONS, 'permissions.json');
    folder.write(indexOf(audit, runs, people.length, version, now), 'README.md');
    markExport(folder, { format: 'evidence', runs: runs.length, people: people.length });
    const files = writeSums(folder);
    return { out, runs: runs.length, people: people.length, audit, files };
  });
}

type Json = (value: unknown, ...name: string[]) => void;

/** The whole log as it is, the signed heads, and whether they fit. */
async function writeAudit(folder: Folder, storage: Storage, data: string): Promise<AuditReport> {
  const rows: AuditRow[] = [];
  const file = folder.open('audit', 'log.jsonl');
  for (let after = 0; ; ) {
    const page = await storage.readAudit(after, PAGE);
    for (const row of page) file.write(Buffer.from(`${JSON.stringify(row)}\n`));
    rows.push(...page);
    const last = page.at(-1);
    if (!last) break;
    after = last.seq;
  }
  file.finish();
  const heads = readHeads(data);
  const lines = heads.map((head) => `${JSON.stringify(head)}\n`);
  folder.write(lines.join(''), 'audit', 'heads.jsonl');
  return verifyRows(rows, heads);
}

/** What it is made of, how people answered, who is left out, and what its policies have learned from. */
async function writeRun(json: Json, storage: Storage, run: Run): Promise<void> {
  const { id, notes: _, ...about } = run;
  const answers = (await storage.answeredAssignments(id)).flatMap(({ verdict, ...row }) =>
    verdict === null ? [] : [{ ...row, verdict }],
  );
  const standings = (await storage.listStandings(id)).map((standing) => ({
    ...standing,
    reason: RULES.includes(standing.reason) ? standing.reason : 'a supervisor decided it',
  }));
  json({ id, ...about, feedback: await storage.countFeedback(id) }, 'runs', id, 'run.json');
  json(
    {
      assignments: await storage.countAssignments(id),
      ...qualityOf(answers),
      known: await storage.probeResults(id),
      gold: (await storage.listGold(id)).map(({ retiredWhy: _why, ...gold }) => gold),
    },
    'runs',
    id,
    'quality.json',
  );
  json(standings, 'runs', id, 'standings.json');
  json(await storage.listModels(id), 'runs', id, 'models.json');
  json(await automationOf(storage, id), 'runs', id, 'automation.json');
  json(await storage.listCampaigns(id), 'runs', id, 'campaigns.json');
  json(await storage.listDatasets(id), 'runs', id, 'datasets.json');
  json(
    {
      ...(await summaryOf(storage, id)),
      exclusions: await storage.exclusions(id),
      versions: await versionsOf(storage, id, Number.MAX_SAFE_INTEGER),
      inNone: await unusedReasons(storage, id),
      erasedFeedback: await storage.listErased(id),
    },
    'runs',
    id,
    'lineage.json',
  );
}

/** Which models might answer in people's place, what they answered, and what people said to the audits. */
async function automationOf(storage: Storage, runId: string) {
  const looks = await storage.listLooks(runId);
  const audits = await Promise.all(looks.map(({ id }) => storage.auditsOf(id)));
  return { looks, answers: await storage.listAutomatic(runId), audits: audits.flat() };
}

/** By the ids of the logs; names stay where they are. */
async function rosterOf(storage: Storage, runs: readonly Run[]) {
  const accounts = await storage.listAccounts();
  const answers = new Map<string, Record<string, number>>();
  for (const { id: runId } of runs)
    for (const { teacherId } of await storage.answeredAssignments(runId)) {
      const own = answers.get(teacherId) ?? {};
      own[runId] = (own[runId] ?? 0) + 1;
      answers.set(teacherId, own);
    }
  const ids = new Set([...accounts.map(({ id }) => id), ...answers.keys()]);
  return [...ids].map((id) => {
    const account = accounts.find((each) => each.id === id);
    const { role = null, createdAt = null, disabledAt = null } = account ?? {};
    return { id, role, createdAt, disabledAt, answers: answers.get(id) ?? {} };
  });
}

const textsOf = async (storage: Storage) =>
  (await storage.listTexts()).map(({ body: _, ...text }) => text);

async function erasuresOf(storage: Storage) {
  const holds = await storage.listHolds();
  return {
    erasures: await storage.listErasures(),
    holds: holds.map(({ reason: _, ...hold }) => hold),
  };
}

async function retentionOf(storage: Storage) {
  const rules = (await storage.listRetention()).map(({ hold, ...rule }) => {
    const { reason: _, ...held } = hold ?? {};
    return { ...rule, hold: hold && held };
  });
  return { rules, sweeps: await storage.listSweeps(Number.MAX_SAFE_INTEGER) };
}

function indexOf(
  { isWhole, rows, heads, head, fault }: AuditReport,
  runs: readonly Run[],
  people: number,
  version: string,
  now: number,
): string {
  const chain = isWhole
    ? `whole: ${rows} rows, ${heads} signed heads fit; head ${head.seq} ${head.hash}`
    : `NOT WHOLE: ${fault?.message}`;
  return `# Evidence

Written by Reins ${version} (Node ${process.versions.node}) on ${new Date(now).toISOString()}, of ${runs.length} runs and ${people} people, who are
named by the pseudonyms of the logs. It supports an audit; whether a rule is met is for the auditor to say.

The audit log is ${chain}.

| file | what it shows |
| --- | --- |
| \`audit/log.jsonl\`, \`heads.jsonl\`, \`verification.json\` | who did what and when, each row hashed with the one before it; signed heads; whether they fit |
| \`people.json\`, \`permissions.json\` | roles and numbers of answers; what each role may |
| \`consents.json\`, \`texts.json\`, \`texts/\` | who agreed to which text and when; every version of consent and instructions by its SHA-256 |
| \`runs/ID/run.json\` | what a run is made of: environment, options, files by hash, preset, seed |
| \`runs/ID/quality.json\` | what became of questions, agreement, consensus, questions whose answer is known and how they were answered |
| \`runs/ID/standings.json\` | whose answers do not count, since when, decided by whom |
| \`runs/ID/lineage.json\` | which policy has learned from what, whose was left out, what is in none and why, which learned from something erased |
| \`runs/ID/models.json\` | which models were proposed, what they were judged by, who approved them and took them back; their SHA-256 |
| \`runs/ID/automation.json\` | which models were certified to answer in people's place, what they answered, and what people said to the audits |
| \`runs/ID/campaigns.json\`, \`datasets.json\` | what people were asked on which terms; what was answered, by version, with datasheet and SHA-256 |
| \`erasures.json\` | who was erased at whose request and approval, and what that changed; who is held |
| \`retention.json\` | how long what is kept, what is held, and what went when |
| \`SHA256SUMS\` | of all files: \`sha256sum -c SHA256SUMS\` |

A chain shows changes within it. That somebody with the data made all of it anew shows by a signed head that was copied elsewhere before.
`;
}
