#!/usr/bin/env node
/** The command line's entry. */
import { compile } from '../server/threads/compile.mjs';
import { beFrugal, giveBackPages } from '../server/threads/frugal-memory.mjs';

// Whoever reads may go away, as `| head` does: that is no reason to end a training, nor for words.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });

const RUNNING_LONG = ['serve', 'learner', 'actor', 'gateway', 'train'];
if (RUNNING_LONG.includes(process.argv[2])) {
  const sends = process.argv[2] === 'actor';
  beFrugal(sends);
  if (!sends) giveBackPages();
}
const { main } = await import(await compile(new URL('../cli/main.ts', import.meta.url).href));
process.exitCode = await main(process.argv.slice(2));
