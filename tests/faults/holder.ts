/** A process that holds the wheel, so that it can be frozen: `holder.ts URL NAME`, and `drive` or `let-go` a line. */
import { createInterface } from 'node:readline';
import { until } from '../e2e/helpers.ts';
import { nothingPromised, Person } from './person.ts';

const [url, name] = process.argv.slice(2) as [string, string];
const person = new Person(url, name, nothingPromised());
await until('a frame', () => person.last, 120_000);
let told = 0;
setInterval(() => {
  for (; told < person.errors.length; told++)
    process.stdout.write(`${person.errors[told]!.code}\n`);
}, 20);
createInterface({ input: process.stdin }).on('line', (word) => {
  if (word === 'drive') person.drive();
  if (word === 'let-go') person.letGo();
});
process.stdout.write('ready\n');
