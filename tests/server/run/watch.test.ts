import { afterEach, describe, expect, test } from 'vitest';
import type { Segment } from '../../../agent/contract.ts';
import { CYCLIC_BY_CHANCE, type Triads } from '../../../agent/quality/transitivity.ts';
import { NO_RULES } from '../../../server/contract.ts';
import { qualityOf } from '../../../server/run/quality.ts';
import { transitivityOf } from '../../../server/run/transitivity.ts';
import { RUN } from '../../contracts/storage.ts';
import { openCrowd } from './crowd.ts';

type Crowd = Awaited<ReturnType<typeof openCrowd>>;

const RULES = { ...NO_RULES, gold: 0.1, repeats: 0.1, quiz: 10, minView: 0.25 };
let crowd: Crowd;
afterEach(async () => {
  expect(crowd.faults).toEqual([]);
  const { queries } = crowd.parts;
  expect(queries.report.holds).toBe(true);
  expect(await queries.recount()).toMatchObject({ isSame: true });
  await crowd.close();
});

async function answersOf(name: string) {
  return (await crowd.storage.assignmentsTo(RUN.id, name)).filter((row) => row.verdict !== null);
}

const consensus = async () =>
  qualityOf(
    (await crowd.storage.answeredAssignments(RUN.id)).map((row) => ({
      ...row,
      verdict: row.verdict!,
    })),
  );

describe('probes', () => {
  test('[QUAL-10] the first questions are the quiz, later ones gold and repeats at their shares, none twice', async () => {
    crowd = await openCrowd(RULES);
    await crowd.supply();
    await crowd.person('first', 'good').ask(); // the pattern is known from the first question on
    await crowd.supply();
    await crowd.seek(200);
    const ada = crowd.person('ada', 'good');
    await crowd.work([ada], 300);
    const { probes } = crowd.parts;
    const found = ada.seen.map(({ id }) => probes.find(id));
    expect(found.slice(0, 10).map((probe) => probe?.kind)).toEqual(Array(10).fill('quiz'));
    const later = found.slice(10);
    const count = (kind: string) => later.filter((probe) => probe?.kind === kind).length;
    // 3σ of the draws at a share of a tenth.
    const n = later.length;
    const deviation = Math.sqrt(n * 0.1 * 0.9);
    for (const kind of ['gold', 'repeat'])
      expect(Math.abs(count(kind) - 0.1 * n)).toBeLessThan(3 * deviation);
    const about = found.flatMap((probe) => (probe ? [probe.about] : []));
    expect(new Set(about).size).toBe(about.length);
    // Whoever sees the two clips of a gold finds the better one where it is expected.
    for (const query of ada.seen) {
      const probe = probes.find(query.id);
      const [a, b] = query.segments.map((segment) => crowd.worth(segment)) as [number, number];
      if (probe && probe.kind !== 'repeat') expect(a > b ? 'a' : 'b').toBe(probe.expected);
    }
  });

  test('[QUAL-10] the first questions are the quiz also where people come and answer all at once', async () => {
    crowd = await openCrowd(RULES);
    await crowd.supply();
    await crowd.person('first', 'good').ask();
    await crowd.supply();
    await crowd.seek(200);
    const people = Array.from({ length: 6 }, (_, i) => crowd.person(`p${i}`, 'good'));
    const { probes } = crowd.parts;
    await Promise.all(
      people.map(async (one) => {
        await Promise.all([one.ask(), one.ask()]);
        for (let i = 0; i < 10; i++) {
          while (!(await one.answer())) await one.ask();
          if (i % 3 === 0) await crowd.supply();
        }
      }),
    );
    for (const { seen } of people)
      expect(seen.slice(0, 10).map(({ id }) => probes.find(id)?.kind)).toEqual(
        Array(10).fill('quiz'),
      );
  });

  test('[QUAL-10] gold whose clips are gone is asked of nobody, and the quiz goes on with other gold', async () => {
    crowd = await openCrowd(RULES);
    await crowd.supply();
    await crowd.person('first', 'good').ask();
    await crowd.supply();
    await crowd.seek(200);
    const lost = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'];
    for (const id of lost) crowd.forget(id);
    const ada = crowd.person('ada', 'good');
    await crowd.work([ada], 10);
    const { probes } = crowd.parts;
    const first = ada.seen.slice(0, 10);
    expect(first.map(({ id }) => probes.find(id)?.kind)).toEqual(Array(10).fill('quiz'));
    for (const { segments } of first)
      for (const { episodeId } of segments) expect(lost).not.toContain(episodeId);
  });

  test('[QUAL-17] clips of earlier questions are compared until three are, and circles tell a coin from who sees', async () => {
    crowd = await openCrowd({ ...NO_RULES, triads: 0.4 });
    const people = (['good', 'random'] as const).map((name) => crowd.person(name, name));
    await crowd.work(people, 500);
    const log = await crowd.storage.readFeedback(RUN.id, 0);
    const { all, people: found } = transitivityOf(log.map(({ feedback }) => feedback));
    const [good, random] = ['good', 'random'].map((name) => found.get(name)!);
    for (const { n } of [good!, random!]) expect(n).toBeGreaterThan(60);
    expect(all.n).toBeGreaterThanOrEqual(good!.n + random!.n);
    const share = ({ n, cyclic }: Triads) => cyclic / n;
    // Three binomial deviations of a quarter.
    expect(Math.abs(share(random!) - CYCLIC_BY_CHANCE)).toBeLessThan(
      3 * Math.sqrt(0.1875 / random!.n),
    );
    expect(share(good!)).toBeLessThan(share(random!));
    // They are held against nobody, and each is about two comparisons that nothing else of it is about.
    const { probes, watch } = crowd.parts;
    for (const { name, seen } of people) {
      expect(watch.of(name)).toMatchObject({ state: 'active', gold: { n: 0 }, repeats: { n: 0 } });
      const about = seen.flatMap((query) => {
        const probe = probes.find(query.id);
        return probe ? [probe.about] : [];
      });
      const times = [...new Set(about)].map((one) => about.filter((other) => other === one).length);
      expect(Math.max(...times)).toBe(2);
      const joined = [...new Set(about)].flatMap((one) => one.split(' '));
      expect(new Set(joined).size).toBe(joined.length);
    }
  });

  test('[QUAL-10] a repeat has the clips of an earlier question on the other sides', async () => {
    crowd = await openCrowd({ ...NO_RULES, repeats: 0.3 });
    const ada = crowd.person('ada', 'good');
    await crowd.work([ada], 60);
    const repeats = ada.seen.flatMap((query) => {
      const probe = crowd.parts.probes.find(query.id);
      return probe ? [{ query, probe }] : [];
    });
    expect(repeats.length).toBeGreaterThan(5);
    const seen = new Map(ada.seen.map((query) => [query.id, query.segments]));
    for (const { query, probe } of repeats)
      expect(query.segments).toEqual([...(seen.get(probe.about) as Segment[])].reverse());
    expect(crowd.parts.watch.of('ada').repeats.right).toBeGreaterThan(0.7 * repeats.length - 3);
  });

  test('[QUAL-11] nothing that a page is sent tells a probe from any other question', async () => {
    crowd = await openCrowd({ ...RULES, gold: 0.3, repeats: 0.2 });
    await crowd.supply();
    await crowd.person('first', 'good').ask();
    await crowd.seek(200);
    const ada = crowd.person('ada', 'good');
    await crowd.work([ada], 80);
    const isProbe = (id: string) => crowd.parts.probes.find(id) !== undefined;
    const shape = (query: object) =>
      Object.entries(query).map(([name, value]) => {
        const isOfAll = ['runId', 'kind', 'strategy', 'policyVersion', 'expiresAfterEpisodes'];
        return [name, isOfAll.includes(name) ? value : typeof value].join(' ');
      });
    const shapes = new Set(ada.seen.map((query) => shape(query).sort().join()));
    expect(shapes.size).toBe(1);
    const lasts = new Set(ada.seen.map(({ createdAt, expiresAt }) => expiresAt - createdAt));
    expect(lasts.size).toBe(1);
    const lengths = new Set(ada.seen.flatMap((q) => q.segments.map(({ from, to }) => to - from)));
    expect(lengths.size).toBe(1);
    for (const { id } of ada.seen) expect(id).toMatch(/^run-1-q[0-9a-f]{12}$/);
    expect(ada.seen.filter(({ id }) => isProbe(id)).length).toBeGreaterThan(20);
  });

  test('[QUAL-10] without rules there are none, and nobody is watched', async () => {
    crowd = await openCrowd(NO_RULES);
    const ada = crowd.person('ada', 'random', 0.01);
    await crowd.work([ada], 40);
    await crowd.seek(5);
    expect(await crowd.storage.listProbes(RUN.id)).toEqual([]);
    expect(await crowd.storage.listGold(RUN.id)).toEqual([]);
    expect(crowd.parts.watch.of('ada').state).toBe('active');
    expect(crowd.excluded).toEqual([[]]);
  });
});

describe('who is paused', () => {
  test('[QUAL-12] random, flipped, lazy and hasty people are, good ones are not', async () => {
    crowd = await openCrowd({ ...RULES, gold: 0.2, repeats: 0.2 });
    await crowd.supply();
    await crowd.person('first', 'good').ask();
    await crowd.seek(200);
    const bad = ['random', 'flipped', 'lazy'] as const;
    const people = [
      ...[0, 1, 2].map((i) => crowd.person(`good-${i}`, 'good')),
      ...bad.map((name) => crowd.person(name, name)),
      crowd.person('hasty', 'good', 0.1),
    ];
    await crowd.work(people, 120);
    const { watch } = crowd.parts;
    const states = people.map(({ name }) => [name, watch.of(name).state, watch.of(name).reason]);
    expect(states.slice(0, 3).map(([, state]) => state)).toEqual(['active', 'active', 'active']);
    for (const [name, state] of states.slice(3)) expect([name, state]).toEqual([name, 'paused']);
    expect(states.at(-1)![2]).toBe('too-fast');
    expect(crowd.excluded.at(-1)!.toSorted()).toEqual(
      [...bad, 'hasty'].toSorted((a, b) => (a < b ? -1 : 1)),
    );
    for (const { held, name } of people)
      if (watch.of(name).state === 'paused') expect(held.size).toBe(0);
  });

  test('[QUAL-12] whoever knows gold from other questions is found by repeats alone', async () => {
    crowd = await openCrowd({ ...RULES, gold: 0.2, repeats: 0.2 });
    await crowd.supply();
    await crowd.person('first', 'good').ask();
    await crowd.seek(200);
    const spotter = crowd.person('spotter', 'gold-spotter');
    const good = crowd.person('constant', 'good');
    await crowd.work([spotter, good], 300);
    const { watch } = crowd.parts;
    const { gold, repeats, ...standing } = watch.of('spotter');
    expect(standing).toMatchObject({ state: 'paused', reason: 'repeats' });
    expect(gold.right / gold.n).toBeGreaterThan(0.9);
    expect(repeats.right / repeats.n).toBeLessThan(0.7);
    expect(watch.of('constant')).toMatchObject({ state: 'active' });
  });
});

describe('pausing and letting in again', () => {
  test('[QUAL-13] every question of the person lacks an answer again and is asked of somebody else', async () => {
    crowd = await openCrowd(NO_RULES);
    const [ada, bob] = [crowd.person('ada', 'good'), crowd.person('bob', 'good')];
    await crowd.work([ada], 12);
    const open = crowd.parts.queries.size;
    const given = await answersOf('ada');
    expect(given).toHaveLength(12);
    expect(await crowd.parts.watch.pause('ada', 'she asked for it', 'sup')).toBe(12);
    expect(crowd.parts.queries.size).toBeGreaterThanOrEqual(open + 10);
    expect((await consensus()).people).toEqual([]);
    expect(ada.held.size).toBe(0);
    await ada.ask();
    expect(ada.held.size).toBe(0);
    await crowd.work([bob], 60);
    const byBob = new Set((await answersOf('bob')).map((row) => row.queryId));
    for (const { queryId } of given) expect([queryId, byBob.has(queryId)]).toEqual([queryId, true]);
    const events = (await crowd.storage.readAudit(0, 1e6)).map(({ body }) => JSON.parse(body));
    expect(events.filter((e) => e.action === 'person.paused')).toMatchObject([
      { actor: 'sup', objectId: 'ada', reason: null },
    ]);
  });

  test('[QUAL-13] whoever is being paused is given nothing meanwhile, and what they had sent by then is set aside too', async () => {
    crowd = await openCrowd(NO_RULES);
    const ada = crowd.person('ada', 'good');
    await crowd.work([ada], 12);
    const held = [...ada.held.values()];
    expect(held.length).toBe(2);
    const under = crowd.hold(); // answers wait for the disk
    const late = ada.answer();
    const pausing = crowd.parts.watch.pause('ada', 'to look at', 'sup');
    for (let i = 0; i < 20; i++) {
      await ada.ask();
      if (i === 10) under.go();
    }
    await late;
    expect(await pausing).toBe(13);
    ada.held.set(held[1]!.id, held[1]!); // her page had not heard of it
    await ada.answer();
    const rows = await answersOf('ada');
    expect(rows.map(({ state }) => state)).toEqual(Array(14).fill('expired'));
    expect(new Set(rows.map(({ queryId }) => queryId)).size).toBe(14);
    const all = await crowd.storage.assignmentsTo(RUN.id, 'ada');
    expect(all).toHaveLength(14);
    expect(await crowd.parts.watch.resume('ada', 'nothing found', 'sup')).toBe(14);
    expect((await answersOf('ada')).map(({ state }) => state)).toEqual(Array(14).fill('answered'));
  });

  test('[QUAL-13] let in again, also after a restart, all stands as it stood', async () => {
    crowd = await openCrowd(NO_RULES);
    const [ada, bob] = [crowd.person('ada', 'good'), crowd.person('bob', 'weak')];
    await crowd.work([ada, bob], 15);
    const rows = await crowd.storage.answeredAssignments(RUN.id);
    const before = await consensus();
    await crowd.parts.watch.pause('ada', 'to look at', 'sup');
    expect(await consensus()).not.toEqual(before);
    await crowd.restart();
    expect(crowd.parts.watch.of('ada')).toMatchObject({ state: 'paused', reason: 'to look at' });
    expect(crowd.excluded.at(-1)).toEqual(['ada']);
    expect(await crowd.parts.watch.resume('ada', 'nothing found', 'sup')).toBe(15);
    expect(await crowd.storage.answeredAssignments(RUN.id)).toEqual(rows);
    expect(await consensus()).toEqual(before);
    expect(crowd.excluded.at(-1)).toEqual([]);
    // Twice the same decision changes nothing.
    expect(await crowd.parts.watch.resume('ada', 'again', 'sup')).toBe(0);
    expect(crowd.parts.watch.of('ada').reason).toBe('nothing found');
  });

  test('[QUAL-13] an answer that comes while its person is paused is kept and counts once they are let in', async () => {
    crowd = await openCrowd(NO_RULES);
    const ada = crowd.person('ada', 'good');
    await crowd.supply();
    await ada.ask();
    const [query] = ada.held.values();
    await crowd.parts.watch.pause('ada', 'to look at', 'sup');
    ada.held.set(query!.id, query!); // her page had not heard of it
    await ada.answer();
    expect((await answersOf('ada')).map(({ state, reason }) => [state, reason])).toEqual([
      ['expired', 'paused'],
    ]);
    await crowd.parts.watch.resume('ada', 'nothing found', 'sup');
    expect((await answersOf('ada')).map(({ state }) => state)).toEqual(['answered']);
  });

  test('[QUAL-15] what two people agree on is gold for everybody else, over a restart; nothing else is', async () => {
    crowd = await openCrowd({ ...RULES, quiz: 0, gold: 1, repeats: 0 }, 1);
    await crowd.start({ people: 2, share: 1 });
    const [ada, bob] = [crowd.person('ada', 'good'), crowd.person('bob', 'random')];
    const cid = crowd.person('cid', 'good');
    for (const one of [ada, bob, cid]) await one.open();
    await crowd.work([ada, bob, cid], 12);
    const rows = await crowd.storage.answeredAssignments(RUN.id);
    const ids = [...new Set(rows.map(({ queryId }) => queryId))];
    const by = (id: string) => rows.filter(({ queryId }) => queryId === id);
    const kinds = (id: string) => new Set(by(id).map(({ verdict }) => verdict)).size;
    const agreed = ids.find((id) => by(id).length > 1 && kinds(id) === 1)!;
    const differs = ids.find((id) => kinds(id) > 1)!;
    const agree = (id: string) => crowd.parts.watch.agreeOnGold(id, 'grace');
    await expect(agree(differs)).rejects.toThrow(/chosen one clip and nobody another/);
    await expect(agree('nothing')).rejects.toThrow(/no comparison/);
    const id = await agree(agreed);
    expect(await agree(agreed)).toBe(id);
    const [gold] = await crowd.storage.listGold(RUN.id);
    const chosen = { a: 0, b: 1 }[by(agreed)[0]!.verdict as 'a' | 'b'];
    const { segments } = (await crowd.storage.getQuery(agreed))!;
    expect([gold!.better, gold!.worse]).toEqual([segments[chosen], segments[1 - chosen]]);
    const actions = (await crowd.storage.readAudit(0, 1000)).map(({ body }) => JSON.parse(body));
    expect(actions.filter(({ action }) => action === 'gold.agreed')).toMatchObject([
      { actor: 'grace', objectId: id },
    ]);
    await crowd.restart();
    const dan = crowd.person('dan', 'good');
    await dan.open();
    await crowd.work([dan], 3);
    const probes = await crowd.storage.listProbes(RUN.id);
    expect(probes.filter(({ about }) => about === id).map((p) => p.teacherId)).toContain('dan');
    for (const { teacherId } of by(agreed))
      expect(probes.some((p) => p.about === id && p.teacherId === teacherId)).toBe(false);
  });

  test('[QUAL-14] gold that a supervisor retires is asked no more and held against nobody', async () => {
    crowd = await openCrowd({ ...NO_RULES, gold: 0.5 });
    await crowd.supply();
    await crowd.person('first', 'good').ask();
    await crowd.seek(30);
    const bob = crowd.person('bob', 'good');
    await crowd.work([bob], 12);
    const { watch } = crowd.parts;
    const { n } = watch.of('bob').gold;
    for (const { id } of watch.gold) expect(await watch.retireGold(id, 'wrong', 'sup')).toBe(true);
    expect(await watch.retireGold(watch.gold[0]!.id, 'wrong', 'sup')).toBe(false);
    expect(watch.of('bob')).toMatchObject({ gold: { n: 0 }, ratio: 0 });
    expect(n).toBeGreaterThan(0);
    const asked = (await crowd.storage.listProbes(RUN.id)).length;
    await crowd.work([bob], 10);
    // One may have been on its way.
    expect((await crowd.storage.listProbes(RUN.id)).length).toBeLessThanOrEqual(asked + 1);
    await crowd.restart();
    expect(crowd.parts.watch.of('bob').gold.n).toBe(0);
  });
});
