/**
 * `npm test`: makes sure there is a browser and a built page, runs the unit and the end-to-end
 * suites, and closes with the line `N passed, N failed`. Nothing is skipped silently, and nothing passes at a second
 * try without being told. With the names of suites as arguments those are run, which then see to what they need
 * themselves.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureUi } from '../../cli/build-ui.ts';
import { ensureBrowser } from './find-browser.ts';
import { type Failure, failuresOf, type JsonReport, judge, THE_FILE } from './second-try.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** A line each: a log of thousands of lines ends with them. */
function tell(word: 'FAILED' | 'UNSTABLE', failures: readonly Failure[]): void {
  for (const { file, what, why } of failures)
    console.log(
      `${word}: ${file}: ${what}: ${why.split('\n').slice(0, 3).join(' ').slice(0, 600)}`,
    );
}

/** Runs a project, or some of its files. @returns undefined where the runner left no report. */
function run(
  project: string,
  folder: string,
  files: readonly string[] = [],
): JsonReport | undefined {
  const out = join(folder, `${project}-${files.length}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json'];
  const { status } = spawnSync(
    process.execPath,
    [vitest, ...args, `--outputFile.json=${out}`, ...files],
    { cwd: root, stdio: 'inherit' },
  );
  if (!existsSync(out)) return undefined;
  const report = JSON.parse(readFileSync(out, 'utf8')) as JsonReport;
  // A crash beside tests that all passed, as by a rejection that nobody awaits, is no pass.
  return status !== 0 && failuresOf(report).length === 0 ? undefined : report;
}

/**
 * Counts of one project; a file that fails outside its tests or a crash of the runner counts as a failure. Files in
 * which something failed are run a second time, by themselves: what passes then is told as `UNSTABLE`, with how it
 * failed, because a fault of the machine's load and a rare fault of the product look alike; what fails twice has failed.
 */
function runProject(project: string, folder: string): Counts {
  const report = run(project, folder);
  if (!report) {
    console.log(
      `FAILED: ${project}: the suite ended without a report, or with an error outside its tests`,
    );
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const first = failuresOf(report);
  const skipped = report.numPendingTests + report.numTodoTests;
  if (first.length === 0) return { passed: report.numPassedTests, failed: 0, skipped };
  const files = [...new Set(first.map(({ file }) => file))];
  console.log(`== once more: ${files.join(' ')}`);
  const { failed, unstable } = judge(first, run(project, folder, files));
  tell('FAILED', failed);
  tell('UNSTABLE', unstable);
  const passed = unstable.filter(({ what }) => what !== THE_FILE).length;
  return { passed: report.numPassedTests + passed, failed: failed.length, skipped };
}

/** Something the suites need; its failure is one failure with one sentence. */
async function prepare(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    console.error(`FAILED: ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

/** What `npm test` runs; without a browser what needs none. */
async function usualProjects(): Promise<{ projects: readonly string[]; ready: boolean }> {
  const log = (line: string) => console.error(line);
  const ready =
    (await prepare(async () => {
      process.env.CHROME_PATH = await ensureBrowser(log);
    })) && (await prepare(() => ensureUi({ root, log })));
  return { projects: ready ? ['unit', 'e2e'] : ['unit'], ready };
}

async function main(): Promise<void> {
  const given = process.argv.slice(2);
  const { projects, ready } =
    given.length > 0 ? { projects: given, ready: true } : await usualProjects();
  const folder = mkdtempSync(join(tmpdir(), 'reins-test-'));
  const total: Counts = { passed: 0, failed: ready ? 0 : 1, skipped: 0 };
  for (const project of projects) {
    const counts = runProject(project, folder);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
  }
  rmSync(folder, { recursive: true, force: true });
  if (total.skipped > 0) console.log(`${total.skipped} skipped`);
  console.log(`${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 ? 0 : 1;
}

await main();
