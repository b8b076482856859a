import { expect, test } from 'vitest';
import { NO_RULES } from '../../../server/contract.ts';
import { Standings } from '../../../server/run/standings.ts';
import type { ProbeResult, Standing } from '../../../server/storage/quality-contract.ts';
import { RUN } from '../../contracts/storage.ts';

/** Six people who missed the same gold, each after so many questions of the quiz that they knew. */
function missed(known: number): ProbeResult[] {
  const result = (teacherId: string, i: number, about: string, verdict: string): ProbeResult => ({
    ...{ queryId: `q-${teacherId}-${i}`, runId: RUN.id, teacherId, kind: 'quiz', about },
    ...{ expected: 'a', verdict, endedAt: i },
  });
  return ['a', 'b', 'c', 'd', 'e', 'f'].flatMap((name) => [
    ...Array.from({ length: known }, (_, i) => result(name, i, `g${i}`, 'a')),
    result(name, known, 'gold', 'b'),
  ]);
}

function open(results: readonly ProbeResult[], standings: readonly Standing[] = []) {
  const storage = { probeResults: async () => results, listStandings: async () => standings };
  return Standings.open({ runId: RUN.id, rules: { ...NO_RULES, quiz: 10 }, storage } as never);
}

test('[QUAL-14] gold goes where most people miss it who are past their quiz; who is in it says nothing of gold', async () => {
  const gold = { id: 'gold' };
  const fresh = await open(missed(3));
  expect(fresh.exposures(gold)).toEqual({ n: 6, trusted: 0, right: 0 });
  expect(fresh.retirement(gold)).toBeUndefined();
  const past = await open(missed(9));
  expect(past.exposures(gold)).toEqual({ n: 6, trusted: 6, right: 0 });
  expect(past.retirement(gold)).toBe('missed');
  const paused = ['a', 'b'].map((teacherId): Standing => {
    const by = { reason: 'answers', actor: 'server', since: 20 };
    return { runId: RUN.id, teacherId, state: 'paused', ...by };
  });
  expect((await open(missed(9), paused)).retirement(gold)).toBeUndefined();
});

test('[QUAL-14] gold that more than thirty people have answered is known by now', async () => {
  const answer = (i: number): ProbeResult => ({
    ...{ queryId: `q${i}`, runId: RUN.id, teacherId: `p${i}`, kind: 'gold', about: 'gold' },
    ...{ expected: 'a', verdict: 'a', endedAt: i },
  });
  const after = async (n: number) =>
    (await open(Array.from({ length: n }, (_, i) => answer(i)))).retirement({ id: 'gold' });
  expect(await after(30)).toBeUndefined();
  expect(await after(31)).toBe('known');
});
