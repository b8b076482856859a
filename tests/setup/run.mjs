#!/usr/bin/env node
/** `npm test`: see run.ts. */
import { register } from 'tsx/esm/api';

register();
await import('./run.ts');
