/** A client is frozen (SIGSTOP) with the wheel in its hand, and thaws when others have driven. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { WATCHDOG_SECONDS } from '../../server/protocol/index.ts';
import { until } from '../e2e/helpers.ts';
import { nothingPromised, Person } from './person.ts';
import type { Part, Report } from './report.ts';
import { withServer } from './server.ts';
import { driven, longest } from './wheel.ts';

const PATIENCE = 120_000;
/** Steps that are watched after a thaw. */
const WATCHED = 10;

export const frozen: Part = {
  name: 'frozen',
  about:
    'a client stopped (SIGSTOP) while it holds the wheel, another takes over, it goes on (SIGCONT)',
  amount: 8,
  share: 0.07,
  async run(report, { amount, hasTime }) {
    const promised = nothingPromised();
    await withServer(report, promised, async ({ url }) => {
      const bob = new Person(url, 'bob', promised);
      bob.sequence = 1_000_000; // told apart from Ada's
      const ada = new Holder(url, 'ada');
      let rounds = 0;
      try {
        await until('frames', () => bob.last && ada.said.includes('ready'), PATIENCE);
        while (rounds < amount && (rounds === 0 || hasTime())) {
          await freeze(ada, bob, report);
          rounds++;
        }
      } finally {
        ada.end();
        bob.close();
      }
      const { controlDt } = bob.welcome!.environment;
      const most = Math.max(1, Math.floor(WATCHDOG_SECONDS / controlDt + 1e-9));
      const acted = longest(bob.seen);
      report.promise(`no input acts for more than ${most} steps:`, acted <= most, acted);
      report.figure('freezes', rounds);
      report.figure('most steps that one input acted for', acted);
    });
  },
};

class Holder {
  readonly said: string[] = [];
  readonly #child: ChildProcess;

  constructor(url: string, name: string) {
    const path = new URL('./holder.ts', import.meta.url).pathname;
    this.#child = spawn(process.execPath, ['--import', 'tsx', path, url, name], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.#child.stdout! }).on('line', (word) => this.said.push(word));
  }

  tell(word: 'drive' | 'let-go'): void {
    this.#child.stdin!.write(`${word}\n`);
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child.kill(signal);
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }
}

async function freeze(ada: Holder, bob: Person, report: Report): Promise<void> {
  const isDriving = (name: string) => () =>
    bob.status?.holder === name && bob.status.controller === 'human' && bob.last?.isHuman;
  const told = (name: string) =>
    [...bob.promised.told.values()].filter((t) => t.teacherId === name).length;
  const before = { ada: told('ada'), bob: told('bob') };
  ada.said.length = 0;
  ada.tell('drive');
  await until('Ada driving', isDriving('ada'), PATIENCE);
  ada.signal('SIGSTOP');
  await until('the watchdog', () => bob.status?.controller === 'policy', PATIENCE);
  bob.drive();
  await until('Bob driving', isDriving('bob'), PATIENCE);
  bob.letGo();
  await until(
    'both takeovers',
    () => told('ada') > before.ada && told('bob') > before.bob,
    PATIENCE,
  );
  await until('the policy driving', () => bob.status?.controller === 'policy', PATIENCE);
  // On a fast machine all this is over before she counts as frozen: 1 s of silence.
  await sleep(1500);
  ada.signal('SIGCONT');
  await until('Ada being told to let go', () => ada.said.includes('let-go-first'), PATIENCE);
  const from = bob.seen.length;
  await until('some steps', () => bob.seen.length - from > WATCHED, PATIENCE);
  const after = driven(bob.seen.slice(from)).length;
  report.promise('a thawed client does not drive before it let go:', after === 0, after);
  ada.tell('let-go');
  ada.tell('drive');
  await until('Ada driving again', isDriving('ada'), PATIENCE);
  ada.tell('let-go');
  await until('the policy again', () => bob.status?.controller === 'policy', PATIENCE);
}
