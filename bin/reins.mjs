#!/usr/bin/env node
/** The command line's entry. */
import { compile } from '../server/threads/compile.mjs';
import { beFrugal } from '../server/threads/frugal-memory.mjs';

if (process.argv[2] === 'serve') beFrugal();
const { main } = await import(await compile(new URL('../cli/main.ts', import.meta.url).href));
process.exitCode = await main(process.argv.slice(2));
