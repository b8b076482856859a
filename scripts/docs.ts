/** `npm run docs`: makes anew what the documents take from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { withLists } from './lists.ts';

const path = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));

writeFileSync(path('SPEC.md'), withLists(readFileSync(path('SPEC.md'), 'utf8')));
