/** What is kept of one person: to hand it out, to erase it, or to keep it for a reason of law. */
import { join } from 'node:path';
import { Command } from 'commander';
import { asUsage, UsageError } from '../../experiments/errors.ts';
import { createOutput } from '../../experiments/output.ts';
import type { Erasures } from '../../server/people/erasures.ts';
import { People } from '../../server/people/people.ts';
import type { Storage } from '../../server/storage/contract.ts';
import type { Erasure, ErasureResult } from '../../server/storage/subjects-contract.ts';
import { exportSubject, findSubject } from '../accountability/subject.ts';
import { supervisor } from '../accountability/supervisor.ts';
import { confirm } from '../confirm.ts';
import { alone, dataOption, inPlace, type PlaceFlags } from './runs.ts';
import { withExamples } from './shared.ts';

interface Flags extends PlaceFlags {
  json: boolean;
}

interface EraseFlags extends Flags {
  answers: boolean;
  yes: boolean;
  requestedBy?: string;
  approvedBy?: string;
}

export function subjectCommand(): Command {
  const command = new Command('subject').description(
    'what is kept of one person: export, erase, hold, release',
  );
  for (const child of [exportOne(), eraseOne(), holdOne(), releaseOne()]) command.addCommand(child);
  return withExamples(
    command,
    'reins subject export "Ada Lovelace" --data ./data',
    'reins subject erase P-1a2b3c4d --data ./data --yes',
  );
}

function about(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument('<person>', 'name of an account, or id of the log');
  return dataOption(command);
}

function exportOne(): Command {
  const command = about(
    'export',
    'everything that concerns one person, as JSON with an index; may run beside the server',
  ).option('--out <folder>', 'where to write; default DATA/export/subject-ID');
  return withExamples(
    command.action((given: string, flags: Flags & { out?: string }) =>
      withPerson(inPlace, flags, given, async (storage, subject) => {
        const out = flags.out ?? join(flags.data, 'export', `subject-${fileName(subject)}`);
        const result = await exportSubject(storage, subject, out);
        await storage.appendAudit([exported(subject)]);
        createOutput(flags).result(
          result,
          () =>
            `${result.feedback} pieces of feedback, ${result.assignments} questions and ${result.auditRows} rows of the audit log in ${out}`,
        );
      }),
    ),
    'reins subject export P-1a2b3c4d --out ./for-ada',
  );
}

const fileName = (id: string) => id.replace(/[^\w.-]/g, '_');

function exported(objectId: string) {
  const nothing = { role: null, before: null, after: null, reason: null };
  return {
    action: 'person.exported',
    actor: 'command',
    objectType: 'account',
    objectId,
    ...nothing,
  } as const;
}

function eraseOne(): Command {
  const command = about(
    'erase',
    'remove name, logins, agreements and free text; a keyed hash stays where the id stood. No server may run on the folder or database',
  )
    .option('--answers', 'what they said goes too', false)
    .option('--requested-by <name>', 'supervisor who asks for it, where there are accounts')
    .option('--approved-by <name>', 'another supervisor, who approves it')
    .option('--yes', 'do it without asking', false);
  return withExamples(
    command.action((given: string, flags: EraseFlags) =>
      withPerson(alone, flags, given, async (storage, subject, people) => {
        const { Erasures } = await import('../../server/people/erasures.ts');
        const erasures = new Erasures(storage, people);
        const asked = (await erasures.list()).find(
          (each) => each.subject === subject && each.approvedBy !== null && each.doneAt === null,
        );
        const answers = asked?.withAnswers ?? flags.answers;
        await confirm(
          `${subject} goes${answers ? ' with all answers' : ', the answers stay without them,'}`,
          subject,
          flags.yes,
        );
        const erasure = asked ?? (await byTwo(erasures, people, subject, flags));
        const result = await asUsage(() => storage.erase(erasure.id, Date.now())).catch(
          async (error) => {
            // What is refused is not to happen later.
            if (!asked) await erasures.withdraw(erasure.id, 'command');
            throw error;
          },
        );
        createOutput(flags).result({ erasure: erasure.id, ...result }, () => told(erasure, result));
      }),
    ),
    'reins subject erase P-1a2b3c4d --yes',
    'reins subject erase "Ada Lovelace" --answers --requested-by Grace --approved-by Edith',
  );
}

/** Asked for and approved by those who are named; the owner of a folder without accounts does both. */
async function byTwo(
  erasures: Erasures,
  people: People,
  subject: string,
  { answers, requestedBy, approvedBy }: EraseFlags,
): Promise<Erasure> {
  const now = Date.now();
  if (!people.areNamed) return asUsage(() => erasures.request(subject, answers, 'command', now));
  const first = supervisor(people, 'requested-by', requestedBy);
  const second = supervisor(people, 'approved-by', approvedBy);
  if (first === second || second === subject)
    throw new UsageError(
      'approved-by: has to be another supervisor than who asks for it and than who is erased',
    );
  const { id } = await asUsage(() => erasures.request(subject, answers, first, now));
  return asUsage(() => erasures.approve(id, second, now));
}

function told(erasure: Erasure, { removed, learnedIn, auditRows }: ErasureResult): string {
  const answers = erasure.withAnswers ? `${removed} answers are removed` : 'the answers stay';
  const learned =
    learnedIn.length > 0
      ? `; the models of ${learnedIn.join(', ')} had learned from them and are marked (reins lineage)`
      : '';
  return `erased: ${answers}${learned}; ${auditRows} rows of the audit log name the former id and stay; exports and copies made before are not reached`;
}

function holdOne(): Command {
  const command = about('hold', 'nothing of the person is erased until release').requiredOption(
    '--reason <text>',
    'why, in your words; goes with the hold',
  );
  return withExamples(
    command.action((given: string, flags: Flags & { reason: string }) =>
      withPerson(inPlace, flags, given, async (storage, subject) => {
        const { reason } = flags;
        const hold = { teacherId: subject, reason, actor: 'command', since: Date.now() };
        await storage.putHold(hold);
        createOutput(flags).result({ subject, isHeld: true }, () => `${subject} is held`);
      }),
    ),
    'reins subject hold P-1a2b3c4d --reason "case 12/2026"',
  );
}

function releaseOne(): Command {
  const command = about('release', 'ends a hold');
  return withExamples(
    command.action((given: string, flags: Flags) =>
      withPerson(inPlace, flags, given, async (storage, subject) => {
        if (!(await storage.releaseHold(subject, 'command')))
          throw new UsageError(`subject: ${subject} is not held`);
        createOutput(flags).result({ subject, isHeld: false }, () => `${subject} is released`);
      }),
    ),
    'reins subject release P-1a2b3c4d',
  );
}

/** `place`: beside the server (`inPlace`), or alone. */
async function withPerson(
  place: (flags: Flags, work: (storage: Storage) => Promise<void>) => Promise<void>,
  flags: Flags,
  given: string,
  work: (storage: Storage, subject: string, people: People) => Promise<void>,
): Promise<void> {
  await place(flags, async (storage) => {
    const people = await People.open(storage);
    await work(storage, await findSubject(storage, people, given), people);
  });
}
