/** Synthetic people of known character at the real queue with a real database; there is no simulation. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Episode, Feedback, Query, Segment } from '../../../agent/contract.ts';
import { CHARACTER, type CharacterName, choose } from '../../../cli/workforce/characters.ts';
import { Campaigns } from '../../../server/campaigns/campaigns.ts';
import type { QualityRules } from '../../../server/contract.ts';
import type { ServerMessage, WireQuery } from '../../../server/protocol/index.ts';
import type { Automation } from '../../../server/run/automation.ts';
import { Background } from '../../../server/run/background.ts';
import { exceptForPeople } from '../../../server/run/open-watch.ts';
import { Probes } from '../../../server/run/probes.ts';
import { Queries } from '../../../server/run/queries.ts';
import { Reviews } from '../../../server/run/reviews.ts';
import { RunningCampaign } from '../../../server/run/running-campaign.ts';
import { Standings } from '../../../server/run/standings.ts';
import { Watch } from '../../../server/run/watch.ts';
import type { Storage } from '../../../server/storage/contract.ts';
import { openStorage } from '../../../server/storage/sqlite.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';
import { RUN } from '../../contracts/storage.ts';

const STEPS = 10;
const CONTROL_DT = 0.1;

/** Half of them good, half of them bad: their rewards differ by what a person sees. */
function episodes(count: number): Map<string, Episode> {
  const random = createRandom(5);
  const spec = syntheticSpec(2, 1);
  return new Map(
    Array.from({ length: count }, (_, i) => {
      const worth = i % 2 === 0 ? 1 : -1;
      const behave = () => worth + 0.2 * random.normal();
      const id = `e${i}`;
      const plain = syntheticEpisode(spec, 40, random, { id, behave });
      const poses = new Float32Array(41 * 7);
      return [id, { ...plain, runId: RUN.id, poses }];
    }),
  );
}

/** A model that answers for the crowd: for each run of the server one, of the same storage and episodes. */
export type OpenAutomation = (of: {
  readonly storage: Storage;
  readonly find: (id: string) => Promise<Episode | undefined>;
}) => Promise<Automation>;

export async function openCrowd(rules: QualityRules, seed = 1, openAutomation?: OpenAutomation) {
  const folder = mkdtempSync(join(tmpdir(), 'reins-crowd-'));
  const storage = openStorage(folder);
  await storage.createRun(RUN);
  const known = episodes(24);
  for (const episode of known.values()) await storage.putEpisode(episode, { live: false });
  const random = createRandom(seed);
  const excluded: (readonly string[])[] = [];
  const rejected: (readonly string[])[] = [];
  const faults: unknown[] = [];

  async function open() {
    const background = new Background({ error: (fields: object) => void faults.push(fields) });
    const shared = { runId: RUN.id, storage, background };
    const standings = await Standings.open({ ...shared, rules });
    const recent = { recent: known, keep: async () => true };
    const probes = await Probes.open({ ...shared, standings, episodes: recent, random });
    const overlap = { people: 1, share: 1 };
    const campaign = await RunningCampaign.open({ ...shared, overlap });
    const find = async (id: string) => known.get(id);
    const automation = await openAutomation?.({ storage, find });
    const queries = await Queries.open({
      ...{ ...shared, campaign, standings, probes },
      episodes: { drawn: find, keep: async () => true },
      automation: automation && exceptForPeople(automation, campaign),
      onAnswered(row, feedback) {
        campaign.heard(row, feedback);
        watch.heard(row, feedback);
        if (automation) background.run('automation', automation.answered(row));
      },
    });
    const watch = new Watch({
      ...{ ...shared, standings, probes, queries },
      learner: {
        exclude: ({ teacherIds = [] }) => void excluded.push([...teacherIds]),
        people: [],
      },
      controlDt: () => CONTROL_DT,
    });
    campaign.onChange(() => {
      probes.resembleNothing();
      return queries.renew();
    });
    const reviews = await Reviews.open({
      ...{ ...shared, standings, queries },
      learner: { exclude: ({ feedbackIds = [] }) => void rejected.push([...feedbackIds]) },
      feedback: { put: (feedback) => storage.appendFeedback(feedback) },
    });
    return { background, standings, probes, queries, watch, reviews, campaign };
  }
  let parts = await open();
  let made = 0;

  /** As the learner does it. */
  async function supply(): Promise<void> {
    const segment = (): Segment => {
      const from = random.integer(40 - STEPS);
      return { episodeId: `e${random.integer(24)}`, from, to: from + STEPS };
    };
    const list = Array.from({ length: parts.queries.missing }, (): Query => {
      const id = `${RUN.id}-q${(0xa00000000000 + made++).toString(16)}`;
      const now = Date.now();
      const what = { kind: 'compare', segments: [segment(), segment()], strategy: 'disagreement' };
      const times = { createdAt: now, expiresAt: now + 600_000, expiresAfterEpisodes: 1e9 };
      return { id, runId: RUN.id, ...what, score: 0.3, policyVersion: 1, ...times } as Query;
    });
    await parts.queries.take(list);
    await parts.background.settle(5000);
  }

  /** Under these terms people are asked from now on. */
  async function start(terms: Record<string, unknown>, now = Date.now()): Promise<string> {
    const campaigns = new Campaigns({ storage, runId: RUN.id, nameOf: (id) => id });
    const id = await campaigns.create({ name: 'c', ...terms }, 'Look at both.', 'grace', now);
    await campaigns.start(id, 'grace', now);
    await parts.campaign.look();
    return id;
  }

  const worth = ({ episodeId, from, to }: Segment) =>
    known
      .get(episodeId)!
      .envRewards.slice(from, to)
      .reduce((sum, r) => sum + r, 0);

  /** Somebody at the page: what they hold, in the order in which it came. */
  function person(name: string, character: CharacterName, secondsPerAnswer = 3) {
    const held = new Map<string, WireQuery>();
    const seen: WireQuery[] = [];
    const own = createRandom(seed * 31 + name.length + name.charCodeAt(0));
    const message = (m: ServerMessage) => {
      if (m.type === 'query') {
        if (!held.has(m.query.id)) seen.push(m.query);
        held.set(m.query.id, m.query);
      } else if (m.type === 'query-expired') held.delete(m.queryId);
    };
    const ask = async () => {
      const asker = { viewer: name, teacherId: name, count: 2, message };
      await parts.campaign.greet(asker);
      await parts.queries.ask(asker);
    };
    /** What a campaign wants to be read first. */
    async function open(): Promise<void> {
      const told = parts.campaign.message(name);
      if (told?.type !== 'campaign') throw new Error('there is no campaign');
      await parts.campaign.opened(name, told.campaign.textHash, Date.now());
      await ask();
    }
    return {
      ...{ name, seen, held, ask, open },
      /** @returns whether there was a question to answer */
      async answer(): Promise<boolean> {
        const [query] = held.values();
        if (!query) return false;
        held.delete(query.id);
        const [a, b] = query.segments as [Segment, Segment];
        const better = worth(a) >= worth(b) ? 'a' : 'b';
        // Half of all pairs here are as far apart as gold is: whoever spots it has been told.
        const kind = parts.probes.find(query.id)?.kind;
        const isObvious = kind === 'quiz' || kind === 'gold';
        const choice = choose(CHARACTER[character], { better, isObvious }, own);
        const now = Date.now();
        const times = { shownAt: now, answeredAt: now, receivedAt: now };
        const responseMs = 1000 * secondsPerAnswer;
        const base = { id: `${name}-${query.id}`, runId: RUN.id, teacherId: name };
        const at = { queryId: query.id, lease: query.lease!, ...times, responseMs };
        await give({ ...base, ...at, kind: 'preference', a, b, choice });
        return true;
      },
    };
  }

  let disk = Promise.resolve();
  /** The disk takes no answers until it may go on. */
  function hold(): { go(): void } {
    let go = () => {};
    disk = new Promise((resolve) => {
      go = resolve;
    });
    return { go };
  }

  /** As the log does it. */
  async function give(feedback: Feedback): Promise<void> {
    const answering = await parts.queries.answering(feedback);
    await disk;
    await storage.appendFeedback(feedback, answering?.rows);
    answering?.done();
    await parts.background.settle(5000);
  }

  return {
    ...{ storage, excluded, rejected, faults, person, supply, give, worth, start, hold },
    get parts() {
      return parts;
    },
    /** Pairs whose answer is known, so many tries. */
    async seek(tries: number): Promise<void> {
      for (let i = 0; i < tries; i++) await parts.probes.seek(Date.now());
    },
    /** Its steps are nowhere any more. */
    forget: (episodeId: string) => known.delete(episodeId),
    /** As after a restart of the server. */
    async restart(): Promise<void> {
      await parts.background.settle(5000);
      parts = await open();
    },
    /** Everybody answers in turn until each has given so many answers or is given no more. */
    async work(people: readonly ReturnType<typeof person>[], answers: number): Promise<void> {
      for (const one of people) await one.ask();
      for (let round = 0; round < answers; round++) {
        await supply();
        for (const one of people) await one.answer();
      }
      await supply();
    },
    async close(): Promise<void> {
      await parts.background.settle(5000);
      await storage.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
