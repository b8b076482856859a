/** Whether a model may answer in people's place, by whom it learned from, at a real server over its own sockets. */
import { expect, it } from 'vitest';
import type { AutomationReply } from '../../../server/protocol/index.ts';
import { temporaryFolder, until } from '../../e2e/helpers.ts';
import { serve } from '../../server/serve-process.ts';
import { type Crew, type Member, member, openCrew } from './crew.ts';

const TARGET = 0.65;
const RULES = ['--automate', String(TARGET), '--automate-audit', '0.5'];
/** ms, on whatever machine. */
const PATIENCE = 900_000;

async function atServer(work: (crew: Crew) => Promise<void>): Promise<void> {
  const folder = temporaryFolder();
  const server = await serve(folder.path, ['--env', 'reacher', '--log-level', 'error', ...RULES]);
  try {
    await work(openCrew(server.url!));
  } finally {
    await server.end('SIGKILL');
    folder.remove();
  }
}

const state = async (crew: Crew) => (await crew.ask('/api/automation')) as AutomationReply;

/** They answer in shifts until it is as it should be, each `most` times at the most. */
async function untilSo(
  crew: Crew,
  people: readonly Member[],
  most: number,
  isSo: (now: AutomationReply) => boolean,
): Promise<AutomationReply> {
  for (;;) {
    const now = await state(crew);
    if (isSo(now) || people[0]!.answers.length >= most) return now;
    await crew.shift(people, 10);
  }
}

it(
  '[FORCE-5] [AUTO-2] what good people teach may answer, and goes as soon as people say otherwise to what they are asked nevertheless',
  { timeout: PATIENCE },
  () =>
    atServer(async (crew) => {
      const good = [1, 2, 3, 4].map((i) => member(`good-${i}`, 'good', 100 * i));
      const { certificate } = await untilSo(crew, good, 400, (now) => now.certificate !== null);
      expect(certificate?.lower).toBeGreaterThanOrEqual(TARGET);
      // Good people err, too: they may have withdrawn one meanwhile, and taught another.
      const answering = await untilSo(
        crew,
        good,
        800,
        (now) => now.answers > 0 && now.certificate !== null,
      );
      expect(answering.answers).toBeGreaterThan(0);
      expect(answering.certificate).not.toBeNull();
      const withdrawn = async () => (await crew.audit('automation.withdrawn')).length;
      const before = await withdrawn();
      const flipped = [5, 6, 7, 8].map((i) => member(`flipped-${i}`, 'flipped', 100 * i));
      const after = await untilSo(crew, flipped, 400, (now) => now.certificate === null);
      expect(after.certificate).toBeNull();
      expect(['audit', 'bound']).toContain(after.withdrawn?.why);
      await until('the audit log', async () => (await withdrawn()) > before);
    }),
);

it(
  '[FORCE-5] [AUTO-1] what people who guess teach is looked at, and never answers',
  { timeout: PATIENCE },
  () =>
    atServer(async (crew) => {
      const random = [1, 2, 3, 4].map((i) => member(`random-${i}`, 'random', 100 * i));
      const { looks, certificate, answers } = await untilSo(crew, random, 60, () => false);
      expect(looks).toBeGreaterThan(0);
      expect([certificate, answers]).toEqual([null, 0]);
      expect(await crew.audit('automation.certified')).toEqual([]);
    }),
);
