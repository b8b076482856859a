import { arch, cpus, platform } from 'node:os';

/** Cores, operating system and Node version, in a line beside the results. */
export function describeMachine(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() || arch();
  return `${cores.length} × ${model}, ${platform()}, Node ${process.versions.node}`;
}
