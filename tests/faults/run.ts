/**
 * Faults, by hand and bounded to 15 minutes: `npm run test:faults`, options after `--`.
 *
 *   --only kill,disk   some parts: kill, disk, line, frozen, messages, requests, pages
 *   --seed 7           of everything that is random here (default 1)
 *   --minutes 30       for all parts that run together (default 15); a part that is short of time does less
 *
 * Each part is one kind of fault against real server processes; what is promised meanwhile is docs/reliability.md.
 * Prints the figures as a Markdown table. The exit code is 1 when a promise was broken. How fast the machine is
 * breaks none: times are figures only. The disk is a tmpfs, for which mount must be allowed (root, or a user
 * namespace: `unshare -rm npm run test:faults`). `smoke.test.ts` runs every part for some seconds (`npx vitest run --project faults`).
 */
import { parseArgs } from 'node:util';
import { createRandom } from '../../sim/random.ts';
import { disk } from './disk.ts';
import { frozen } from './frozen.ts';
import { kill } from './kill.ts';
import { line } from './line.ts';
import { messages } from './messages.ts';
import { pages } from './pages.ts';
import { type Part, Report } from './report.ts';
import { requests } from './requests.ts';

// The part that takes as long as there is time comes last.
const PARTS: readonly Part[] = [requests, frozen, line, pages, messages, disk, kill];

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '15' },
  },
});
const seed = numberOf('seed', values.seed);
const minutes = numberOf('minutes', values.minutes);
const chosen = choose(values.only?.split(','));

function numberOf(option: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new RangeError(`--${option}: is ${text}, expected a positive number`);
}

function seconds(ms: number): number {
  return Math.round(ms / 1000);
}

function choose(names: readonly string[] | undefined): readonly Part[] {
  const known = PARTS.map((part) => part.name);
  const unknown = names?.filter((name) => !known.includes(name)) ?? [];
  if (unknown.length > 0)
    throw new RangeError(
      `--only: unknown part ${unknown.join(', ')}, expected ${known.join(', ')}`,
    );
  return names ? PARTS.filter((part) => names.includes(part.name)) : PARTS;
}

const rows: string[] = [];
const broken: string[] = [];
const begun = performance.now();
const all = minutes * 60_000;
for (const part of chosen) {
  process.stderr.write(`${part.name}: ${part.about}\n`);
  const later = chosen.slice(chosen.indexOf(part)).reduce((sum, p) => sum + p.share, 0);
  const now = performance.now();
  // What parts before it did not need is its own too.
  const end = now + (begun + all - now) * (part.share / later);
  const report = new Report();
  const hasTime = () => performance.now() < end;
  const scope = { random: createRandom(seed), amount: part.amount, hasTime };
  await part.run(report, scope).catch((error: Error) => {
    report.broken.push(`the part ends: ${error.stack}`);
  });
  const took = seconds(performance.now() - now);
  report.figure('time, of what it had', `${took} of ${seconds(end - now)} s`);
  for (const [what, figure] of report.figures) rows.push(`| ${part.name} | ${what} | ${figure} |`);
  broken.push(...report.broken.map((promise) => `${part.name}: ${promise}`));
}
process.stdout.write(`| part | what | figure |\n| --- | --- | --- |\n${rows.join('\n')}\n`);
process.stdout.write(
  `\n${seconds(performance.now() - begun)} s, seed ${seed}; promises broken: ${broken.length}\n`,
);
for (const promise of broken) process.stdout.write(`- ${promise}\n`);
process.exit(broken.length === 0 ? 0 : 1); // whatever a part left behind
