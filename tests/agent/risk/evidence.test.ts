import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Episode, EpisodeSource } from '../../../agent/contract.ts';
import { riskDefaults } from '../../../agent/risk/config.ts';
import { drivesOf, evidenceOf, labelled, type Mark } from '../../../agent/risk/evidence.ts';
import { createEvidenceSet } from '../../../agent/risk/evidence-set.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../synthetic.ts';

const spec = syntheticSpec(1, 1);
/** Ten steps a second: a horizon of 5 steps, 2 for the reaction. */
const config = { ...riskDefaults, horizonSeconds: 0.5, reactionSeconds: 0.2 };

/** Observation t is t, so that rows tell which step they are of. */
function episode(length: number, change: Partial<Episode> = {}): Episode {
  const made = syntheticEpisode(spec, length, createRandom(1), { id: 'e' });
  return {
    ...made,
    observations: Float32Array.from({ length: length + 1 }, (_, t) => t),
    ...change,
  };
}

const among = (...episodes: Episode[]): EpisodeSource => ({
  get: (id) => episodes.find((e) => e.id === id),
});

/** Label by step; a branch's steps count from 100. */
function labels(e: Episode, marks: readonly Mark[] = [], episodes = among(e)): string {
  const { rows, labels } = evidenceOf(spec, config, e, marks, episodes);
  const known = new Map([...labels].map((label, i) => [rows[2 * i]!, label]));
  return Array.from({ length: e.length }, (_, t) => known.get(t) ?? '-').join('');
}

/** A person drives from 10 to 15 of 20 steps. */
const taken = () => episode(20, { sources: new Uint8Array(20).fill(1, 10, 15) });

describe('what is said of a step', () => {
  it('[RISK-1] 1 before an event, 0 where none follows, nothing where the horizon is not over', () => {
    const costs = new Float32Array(20);
    costs[12] = 1;
    expect(labels(episode(20, { costs }))).toBe('0000000011111000----');
    expect(labels(episode(20))).toBe('0000000000000000----');
  });

  it('[RISK-1] what goes on touching something has its event behind it', () => {
    const costs = new Float32Array(20).fill(1, 8, 12);
    expect(labels(episode(20, { costs })).slice(4, 12)).toBe('11111---');
  });

  it('[RISK-1] an end without success is an event, one with it is none', () => {
    const discounts = new Float32Array(20).fill(1);
    discounts[19] = 0;
    expect(labels(episode(20, { discounts }))).toBe('00000000000000011111');
    const successes = new Uint8Array(20);
    successes[19] = 1;
    expect(labels(episode(20, { discounts, successes }))).toBe('0000000000000000----');
  });

  it('[RISK-1] people react late: just before the horizon of their takeover nothing is known', () => {
    const mark: Mark = { kind: 'takeover', from: 10 };
    // The step itself is told by what the policy wanted there.
    expect(labels(taken(), [mark])).toBe('0000--11111----0----');
    // Nobody says so: what would have come of it is not known.
    expect(labels(taken())).toBe('000000---------0----');
  });

  it('[RISK-1] a takeover from the first step on says what the policy wanted there', () => {
    const e = episode(20, { sources: new Uint8Array(20).fill(1, 0, 15) });
    expect(labels(e, [{ kind: 'takeover', from: 0 }])).toBe('1--------------0----');
  });

  it('[RISK-2] what the policy would have done goes before the takeover', () => {
    const mark: Mark = {
      kind: 'takeover',
      from: 10,
      branch: { episodeId: 'b', from: 0, to: 10 },
    };
    const calm = episode(10, { id: 'b', origin: 'counterfactual' });
    calm.observations.forEach((_, t) => void (calm.observations[t] = 100 + t));
    expect(labels(taken(), [mark], among(calm))).toBe('0000000000-----0----');
    const costs = new Float32Array(10);
    costs[2] = 1;
    const bad = { ...calm, costs };
    expect(labels(taken(), [mark], among(bad))).toBe('0000000011-----0----');
    const told = evidenceOf(spec, config, taken(), [mark], among(bad));
    const steps = [...told.labels].map((label, i) => [told.rows[2 * i], label]);
    expect(steps).toContainEqual([102, 1]);
    expect(steps).toContainEqual([104, 0]);
  });

  it('[RISK-3] stops are late too; critiques and approvals label their own steps', () => {
    expect(labels(episode(20), [{ kind: 'stop', at: 10 }])).toBe('0000--1111100000----');
    const bad: Mark = { kind: 'verdict', from: 2, to: 4, label: 1 };
    expect(labels(episode(20), [bad])).toBe('0011000000000000----');
    const good: Mark = { kind: 'verdict', from: 18, to: 20, label: 0 };
    expect(labels(episode(20), [good])).toBe('0000000000000000--00');
  });

  it('[RISK-1] later steps never take a label away, and every label is true', () => {
    const kind = fc.constantFrom('none', 'event', 'person', 'unknown' as const);
    const run = fc.array(fc.oneof({ weight: 5, arbitrary: fc.constant('none' as const) }, kind), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(
        run,
        run,
        fc.integer({ min: 1, max: 8 }),
        fc.nat(4),
        (a, b, horizon, reaction) => {
          const events = [...a, ...b];
          const early = labelled(a, horizon, 0);
          const all = labelled(events, horizon, reaction);
          for (const [t, label] of all.entries()) {
            const ahead = events.slice(t, t + horizon);
            if (label === 1) expect(ahead.some((e) => e === 'event' || e === 'person')).toBe(true);
            if (label === 0)
              expect([ahead.length, new Set(ahead)]).toEqual([horizon, new Set(['none'])]);
          }
          const whole = labelled(events, horizon, 0);
          for (const [t, label] of early.entries())
            if (label !== undefined) expect(whole[t]).toBe(label);
        },
      ),
    );
  });

  it('[RISK-1] stretches of the policy are told apart, at either end too', () => {
    const of = (sources: number[]) =>
      drivesOf(episode(sources.length, { sources: Uint8Array.from(sources) })).map((d) => [
        d.from,
        d.to,
      ]);
    expect(of([0, 0, 1, 0])).toEqual([
      [0, 2],
      [3, 4],
    ]);
    expect(of([1, 1])).toEqual([]);
    expect(of([1, 0, 0])).toEqual([[1, 3]]);
  });
});

describe('the set of evidence', () => {
  const base = { runId: 'r', shownAt: 0, answeredAt: 0, receivedAt: 0, responseMs: 0 };
  const override = {
    ...base,
    kind: 'override',
    id: 'o',
    teacherId: 't',
    episodeId: 'e',
    from: 10,
    to: 15,
  } as const;
  const ones = (set: ReturnType<typeof createEvidenceSet>) =>
    set.all.reduce((n, { labels }) => n + labels.reduce((sum, label) => sum + label, 0), 0);

  it('[RISK-3] a retraction and an exclusion take back; who is let in again counts again', () => {
    const e = taken();
    const set = createEvidenceSet(spec, config);
    set.add(e, among(e));
    expect(ones(set)).toBe(0);
    expect(set.feedback(override, among(e))).toBe(true);
    expect(ones(set)).toBe(5);
    set.exclude(['t'], [], among(e));
    expect(ones(set)).toBe(0);
    set.exclude([], [], among(e));
    expect(ones(set)).toBe(5);
    set.exclude([], ['o'], among(e));
    expect(ones(set)).toBe(0);
    set.exclude([], [], among(e));
    const retraction = {
      ...base,
      kind: 'retraction',
      id: 'x',
      teacherId: 't',
      feedbackId: 'o',
    } as const;
    expect(set.feedback(retraction, among(e))).toBe(true);
    expect(ones(set)).toBe(0);
    expect(set.feedback(retraction, among(e))).toBe(false);
  });

  it('[RISK-3] a denial labels the step it is about; other kinds say nothing of risk', () => {
    const e = episode(20);
    const set = createEvidenceSet(spec, config);
    set.add(e, among(e));
    const query = {
      id: 'q',
      runId: 'r',
      kind: 'approve',
      strategy: '',
      score: 0,
      policyVersion: 0,
      createdAt: 0,
      expiresAt: 1,
      segments: [{ episodeId: 'e', from: 3, to: 4 }],
    } as const;
    const denial = {
      ...base,
      kind: 'approval',
      id: 'a',
      teacherId: 't',
      queryId: 'q',
      decision: 'deny',
    } as const;
    expect(set.feedback(denial, among(e), query)).toBe(true);
    expect(ones(set)).toBe(1);
    const reward = {
      ...base,
      kind: 'reward',
      id: 'w',
      teacherId: 't',
      episodeId: 'e',
      step: 3,
      value: -1,
    } as const;
    expect(set.feedback(reward, among(e))).toBe(false);
    const stop = {
      ...base,
      kind: 'estop',
      id: 's',
      teacherId: 't',
      episodeId: 'e',
      step: 10,
    } as const;
    expect(set.feedback(stop, among(e))).toBe(true);
    expect(ones(set)).toBe(6);
  });

  it('[RISK-3] feedback may come before its episode is over, and its branch later still', () => {
    const e = taken();
    const set = createEvidenceSet(spec, config);
    set.feedback(override, among());
    set.add(e, among(e));
    expect(ones(set)).toBe(5);
    const branch = episode(10, { id: 'b', origin: 'counterfactual' });
    const counterfactual = {
      ...base,
      kind: 'counterfactual',
      id: 'c',
      teacherId: 'server',
      overrideId: 'o',
      episodeId: 'e',
      from: 10,
      to: 15,
      counterfactual: { episodeId: 'b', from: 0, to: 10 },
    } as const;
    set.feedback(counterfactual, among(e, branch));
    expect(ones(set)).toBe(0);
    // It is the operator's takeover, whoever rolled the branch out.
    const labels = () => set.all[0]!.labels.length;
    const before = labels();
    set.exclude(['t'], [], among(e, branch));
    expect(labels()).toBeLessThan(before);
  });

  it('[RISK-3] the oldest episodes are forgotten first', () => {
    const set = createEvidenceSet(spec, { ...config, capacity: 40 });
    for (let i = 0; i < 9; i++) {
      const e = episode(20, { id: `e${i}` });
      set.add(e, among(e));
    }
    expect(set.all.length).toBe(2);
  });
});
