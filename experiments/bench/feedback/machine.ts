import { execFileSync } from 'node:child_process';
import { arch, cpus, platform } from 'node:os';

/** Cores, operating system and Node version, in a line beside the results. */
export function describeMachine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() || arch();
  return `${cores.length} × ${model}, ${platform()}, Node ${process.versions.node}`;
}

/** The code's commit, `-dirty` when files differ from it; '' where it cannot be told (an installed package). */
export function describeCommit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
