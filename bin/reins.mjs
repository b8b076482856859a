#!/usr/bin/env node
/** The command line's entry. */
import { compile } from '../server/threads/compile.mjs';
import { beFrugal } from '../server/threads/frugal-memory.mjs';

const RUNNING_LONG = ['serve', 'learner', 'actor', 'gateway', 'train'];
if (RUNNING_LONG.includes(process.argv[2])) beFrugal(process.argv[2] === 'actor');
const { main } = await import(await compile(new URL('../cli/main.ts', import.meta.url).href));
process.exitCode = await main(process.argv.slice(2));
