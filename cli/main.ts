/** The command line: parses, runs one command, and turns failures into one line and an exit code. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { prepareNativeEnvironment } from '../agent/backend/native-environment.ts';
import { UsageError } from '../experiments/errors.ts';
import { actorCommand } from './commands/actor.ts';
import { auditCommand } from './commands/audit.ts';
import { automationCommand } from './commands/automation.ts';
import { benchCommand } from './commands/bench.ts';
import { campaignsCommand } from './commands/campaigns.ts';
import { datasetsCommand } from './commands/datasets.ts';
import { doctorCommand } from './commands/doctor.ts';
import { envServerCommand } from './commands/env-server.ts';
import { envsCommand } from './commands/envs.ts';
import { evalCommand } from './commands/eval.ts';
import { evidenceCommand } from './commands/evidence.ts';
import { expertCommand } from './commands/expert.ts';
import { exportCommand } from './commands/export.ts';
import { gatewayCommand } from './commands/gateway.ts';
import { importCommand } from './commands/import.ts';
import { kpisCommand } from './commands/kpis.ts';
import { lineageCommand } from './commands/lineage.ts';
import { natsKeysCommand } from './commands/nats-keys.ts';
import { peopleCommand } from './commands/people.ts';
import { presetsCommand } from './commands/presets.ts';
import { promoteCommand } from './commands/promote.ts';
import { retentionCommand } from './commands/retention.ts';
import { runsCommand } from './commands/runs.ts';
import { learnerCommand, serveCommand } from './commands/serve.ts';
import { subjectCommand } from './commands/subject.ts';
import { trainCommand } from './commands/train.ts';
import { watchCommand } from './commands/watch.ts';
import { workforceCommand } from './commands/workforce.ts';

const { version } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** 0: done; 1: it failed; 2: bad arguments. */
export async function main(args: readonly string[]): Promise<number> {
  prepareNativeEnvironment(); // before any thread that may load TensorFlow
  // Libraries greet on stdout; it belongs to the result alone.
  console.log = console.error;
  console.info = console.error;
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error);
  }
}

export function createProgram(): Command {
  const program = new Command('reins')
    .description('Reinforcement learning with people: drive, watch, reward, compare, take over.')
    .version(version)
    // What follows a command's name is the command's alone.
    .enablePositionalOptions();
  for (const command of [
    serveCommand(),
    learnerCommand(),
    actorCommand(),
    gatewayCommand(),
    natsKeysCommand(),
    trainCommand(),
    watchCommand(),
    evalCommand(),
    expertCommand(),
    benchCommand(),
    envsCommand(),
    envServerCommand(),
    presetsCommand(),
    doctorCommand(),
    exportCommand(),
    importCommand(),
    runsCommand(),
    peopleCommand(),
    kpisCommand(),
    automationCommand(),
    campaignsCommand(),
    datasetsCommand(),
    subjectCommand(),
    retentionCommand(),
    lineageCommand(),
    promoteCommand(),
    evidenceCommand(version),
    auditCommand(),
    workforceCommand(),
  ])
    program.addCommand(command);
  prepare(program);
  return program;
}

/** Errors are thrown instead of ending the process, and are one line long. */
function prepare(command: Command): void {
  command.exitOverride().showSuggestionAfterError(false).allowExcessArguments(false);
  command.configureOutput({ outputError: () => {}, writeErr: () => {} });
  for (const child of command.commands) prepare(child);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0; // --help, --version
    const missing = error.code === 'commander.help'; // a group without its command
    printLine(missing ? 'error: command is missing, see --help' : error.message);
    return 2;
  }
  if (error instanceof UsageError) {
    printLine(`error: ${error.message}`);
    return 2;
  }
  const text = error instanceof Error ? error.message : String(error);
  printLine(`error: ${text}`);
  if (process.env.REINS_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 1;
}

function printLine(text: string): void {
  process.stderr.write(`${text.split('\n')[0]}\n`);
}
