import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import Database from 'libsql';
import { loadBackend } from '../../agent/backend/backend.ts';
import { createOutput, table } from '../../experiments/output.ts';
import { repositoryRoot } from '../../experiments/root.ts';
import { jsonOption, withExamples } from './shared.ts';

/** What runs here and why. A part that does not work says so in its place. */
export interface Diagnosis {
  readonly backend: string;
  readonly backendReason: string;
  readonly node: string;
  readonly mujoco: string;
  readonly sqlite: string;
  readonly platform: string;
  readonly cpus: number;
  readonly reins: string;
}

export async function diagnose(): Promise<Diagnosis> {
  const backend = await attempt(() => loadBackend());
  return {
    backend: typeof backend === 'string' ? 'none' : backend.name,
    backendReason: typeof backend === 'string' ? backend : backend.reason,
    node: process.version,
    mujoco: await attempt(mujocoVersion),
    sqlite: await attempt(sqliteVersion),
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    reins: packageVersion('package.json'),
  };
}

async function attempt<T>(work: () => T | Promise<T>): Promise<T | string> {
  try {
    return await work();
  } catch (error) {
    return `does not load: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`;
  }
}

function sqliteVersion(): string {
  const db = new Database(':memory:');
  const row = db.prepare('select sqlite_version() as version').get() as { version: string };
  db.close();
  return row.version;
}

/** Loads a robot, which is the only proof that counts. */
async function mujocoVersion(): Promise<string> {
  const { roboticsEnvironments } = await import('../../sim/robotics/index.ts');
  const first = roboticsEnvironments[0];
  if (!first) throw new Error('no robot environment is registered');
  const env = await first.create();
  env.reset(0);
  env.close();
  return packageVersion('node_modules/@mujoco/mujoco/package.json');
}

function packageVersion(path: string): string {
  const text = readFileSync(join(repositoryRoot, path), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

export function doctorCommand(): Command {
  const command = new Command('doctor').description('say which backend runs here, and why');
  command
    .option(
      '--memory <run>',
      'instead: what the server of a run holds; its address, or a run’s id or name',
    )
    .option('--data <folder>', 'data folder of that run', './data');
  jsonOption(command).action(async (options: { json: boolean; memory?: string; data: string }) => {
    if (options.memory !== undefined) {
      const { memoryOf, memoryTable } = await import('./doctor-memory.ts');
      const report = await memoryOf(options.memory, options.data);
      createOutput(options).result(report, () => memoryTable(report));
      return;
    }
    const diagnosis = await diagnose();
    createOutput(options).result(diagnosis, () =>
      table(Object.entries(diagnosis).map(([name, value]) => [`${name}  ${value}`])),
    );
  });
  return withExamples(
    command,
    'reins doctor',
    'reins doctor --json',
    'reins doctor --memory http://127.0.0.1:8080',
    'reins doctor --memory run-1a2b3c4d --data ./data',
  );
}
