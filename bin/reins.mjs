#!/usr/bin/env node
/** The command line's entry. */
import { compile } from '../server/threads/compile.mjs';

const { main } = await import(await compile(new URL('../cli/main.ts', import.meta.url).href));
process.exitCode = await main(process.argv.slice(2));
