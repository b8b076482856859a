#!/usr/bin/env node
/** The command line's entry: TypeScript runs as it is, through tsx. */
import { register } from 'tsx/esm/api';

register();
const { prepareNativeEnvironment } = await import('../agent/backend/native-environment.ts');
prepareNativeEnvironment(); // before any thread that may load TensorFlow
const { main } = await import('../cli/main.ts');
process.exitCode = await main(process.argv.slice(2));
