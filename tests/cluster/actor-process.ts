/** `reins actor` as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../setup/sources.ts';

export interface ActorProcess {
  readonly child: ChildProcess;
  /** What it said on stderr. */
  said(): string;
  /** Its exit code, or the signal that ended it. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string>;
}

export const startActor = (url: string, runId: string | undefined, ...more: readonly string[]) =>
  startActorIn([], url, runId, ...more);

/**
 * @param inside what the program comes after (network.ts)
 * @param runId undefined: whichever run has a learner
 */
export function startActorIn(
  inside: readonly string[],
  url: string,
  runId: string | undefined,
  ...more: readonly string[]
): ActorProcess {
  const args = ['bin/reins.mjs', 'actor', '--nats', url, ...more];
  if (runId !== undefined) args.push('--run', runId);
  const [program, ...words] = [...inside, process.execPath, ...args] as [string, ...string[]];
  const child = spawn(program, words, { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr!.on('data', (data) => {
    text += data;
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    child,
    said: () => text,
    async end(signal) {
      child.kill(signal);
      return ended;
    },
  };
}
