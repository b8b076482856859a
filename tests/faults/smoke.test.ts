/** Every part of `npm run test:faults` for some seconds, so that the suite itself stays true. */
import { expect, it } from 'vitest';
import { createRandom } from '../../sim/random.ts';
import { disk } from './disk.ts';
import { frozen } from './frozen.ts';
import { kill } from './kill.ts';
import { line } from './line.ts';
import { messages } from './messages.ts';
import { pages } from './pages.ts';
import { type Part, Report } from './report.ts';
import { requests } from './requests.ts';

/** A part with as much of its fault as is given. */
async function brief(part: Part, amount: number): Promise<void> {
  const report = new Report();
  const end = performance.now() + TIME;
  const hasTime = () => performance.now() < end;
  await part.run(report, { random: createRandom(1), amount, hasTime });
  expect(report.broken).toEqual([]);
  expect(report.figures.length).toBeGreaterThan(0);
}
/** For what is not bounded by an amount, ms. */
const TIME = 20_000;
const PATIENCE = 600_000;

it(
  '[FAULT-1] killed: what was acknowledged or told is there, once, with its steps',
  () => brief(kill, 1),
  PATIENCE,
);
it(
  '[FAULT-2] a full disk: nothing acknowledged is lost, files are whole, and it goes on by itself',
  () => brief(disk, 2),
  PATIENCE,
);
it(
  '[FAULT-3] a bad line: every answer arrives once, and no late input drives',
  () => brief(line, 3),
  PATIENCE,
);
it(
  '[FAULT-4] a frozen client loses the wheel, and lets go before it drives again',
  () => brief(frozen, 1),
  PATIENCE,
);
it('[FAULT-5] damaged messages are refused alone', () => brief(messages, 2000), PATIENCE);
it('[FAULT-6] odd requests end their own connection alone', () => brief(requests, 300), PATIENCE);
it('[FAULT-7] pages that do not read cost little', () => brief(pages, 5), PATIENCE);
