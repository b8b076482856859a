/**
 * `npm test`: makes sure there is a browser and a built page, runs the unit and the end-to-end
 * suites, and closes with the line `N passed, N failed`. Nothing is skipped silently. With the names of
 * suites as arguments those are run, which then see to what they need themselves.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureUi } from '../../cli/build-ui.ts';
import { ensureBrowser } from './find-browser.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The part of Vitest's JSON report that is counted here. */
interface JsonReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly FileReport[];
}

interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages: readonly string[];
  }[];
}

/** A line for each test, or file outside its tests, that failed: a log of thousands of lines ends with them. */
function failuresOf({ testResults }: JsonReport): string[] {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const told = (what: string, why: string) =>
      `FAILED: ${relative(root, name)}: ${what}: ${why.split('\n').slice(0, 3).join(' ').slice(0, 600)}`;
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [told('the file itself', message)];
    return failed.map((test) => told(test.fullName, test.failureMessages[0] ?? 'no message'));
  });
}

/** Counts of one project; a file that fails outside its tests or a crash of the runner counts as a failure. */
function runProject(project: string, folder: string): Counts {
  const file = join(folder, `${project}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const args = ['run', '--project', project, '--reporter=default', '--reporter=json'];
  const child = spawnSync(process.execPath, [vitest, ...args, `--outputFile.json=${file}`], {
    cwd: root,
    stdio: 'inherit',
  });
  if (!existsSync(file)) {
    console.log(`FAILED: ${project}: the suite ended without a report`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const report = JSON.parse(readFileSync(file, 'utf8')) as JsonReport;
  const failures = failuresOf(report);
  for (const line of failures) console.log(line);
  let failed = failures.length;
  if (child.status !== 0 && failed === 0) failed = 1;
  return {
    passed: report.numPassedTests,
    failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
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
