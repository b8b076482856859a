/** `npm run docs`: makes anew what the documents and the Python package take from the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sourceFiles } from '../tests/setup/sources.ts';
import { houseSvg } from './house.ts';
import { environmentIds, withLists } from './lists.ts';
import { messagesDocument } from './messages.ts';

const path = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));

writeFileSync(path('SPEC.md'), withLists(readFileSync(path('SPEC.md'), 'utf8')));
writeFileSync(path('messages.md'), messagesDocument());
writeFileSync(path('../python/src/reins/environments.json'), environmentIds());
const house = sourceFiles('sim', 'agent', 'experiments', 'server', 'cli', 'trainer-ui');
writeFileSync(path('images/house.svg'), houseSvg(house));
