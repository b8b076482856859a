import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Feedback, FeedbackBody, FeedbackKind, Segment } from '../../agent/contract.ts';
import { check, type Known, retractedBy, segmentsOf, stepsOf } from '../../agent/feedback.ts';

type BodyOf<K extends FeedbackKind> = Extract<FeedbackBody, { kind: K }>;

const id = fc.constantFrom('e1', 'e2', 'e3', 'e4');
const step = fc.integer({ min: 0, max: 500 });
const segment: fc.Arbitrary<Segment> = fc
  .record({ episodeId: id, from: step, length: fc.integer({ min: 1, max: 50 }) })
  .map(({ episodeId, from, length }) => ({ episodeId, from, to: from + length }));
const some = fc.array(segment, { maxLength: 4 });
const value = fc.constantFrom(-1, 1);

/** One of every kind: a new kind does not compile until it is here. */
const bodies: { readonly [K in FeedbackKind]: fc.Arbitrary<BodyOf<K>> } = {
  reward: fc.record({ kind: fc.constant('reward'), episodeId: id, step, value }),
  estop: fc.record({ kind: fc.constant('estop'), episodeId: id, step }),
  preference: fc.record({
    kind: fc.constant('preference'),
    a: segment,
    b: segment,
    choice: fc.constantFrom('a', 'b', 'equal', 'incomparable', 'skip'),
  }),
  ranking: fc.record({
    kind: fc.constant('ranking'),
    segments: some,
    order: fc.array(fc.nat(3), { maxLength: 4 }),
  }),
  rating: fc.record({
    kind: fc.constant('rating'),
    segment,
    score: fc.nat(4),
    scale: fc.constant(5),
  }),
  override: fc.record(
    {
      kind: fc.constant('override'),
      episodeId: id,
      from: step,
      to: step,
      counterfactual: segment,
      predictions: some,
    },
    { requiredKeys: ['kind', 'episodeId', 'from', 'to'] },
  ),
  counterfactual: fc.record(
    {
      kind: fc.constant('counterfactual'),
      overrideId: fc.constant('f0'),
      episodeId: id,
      from: step,
      to: step,
      counterfactual: segment,
      predictions: some,
    },
    { requiredKeys: ['kind', 'overrideId', 'episodeId', 'from', 'to', 'counterfactual'] },
  ),
  correction: fc.record({ kind: fc.constant('correction'), segment, corrected: segment }),
  demonstration: fc.record({ kind: fc.constant('demonstration'), segment }),
  approval: fc.record({
    kind: fc.constant('approval'),
    queryId: fc.constant('q'),
    decision: fc.constantFrom('allow', 'deny'),
  }),
  critique: fc.record({
    kind: fc.constant('critique'),
    episodeId: id,
    from: step,
    to: step,
    value,
  }),
  retraction: fc.record({ kind: fc.constant('retraction'), feedbackId: fc.constant('f0') }),
};
const base = {
  id: 'f',
  runId: 'r',
  teacherId: 't',
  shownAt: 0,
  answeredAt: 0,
  receivedAt: 0,
  responseMs: 0,
};
const of = (body: FeedbackBody): Feedback => ({ ...base, ...body });
const anyFeedback = fc.oneof(...(Object.values(bodies) as fc.Arbitrary<FeedbackBody>[])).map(of);

/** Whatever looks like a segment or a moment, however deep, with the path to it. */
function walk(at: unknown, path = ''): [string, Segment][] {
  if (typeof at !== 'object' || at === null) return [];
  const found: [string, Segment][] = [];
  const { episodeId, from, to, step } = at as Record<string, unknown>;
  if (typeof episodeId === 'string')
    found.push([path, { episodeId, from: Number(from ?? step), to: Number(to ?? step) }]);
  for (const [key, inner] of Object.entries(at)) {
    const name = Array.isArray(at) ? `[${key}]` : path === '' ? key : `.${key}`;
    found.push(...walk(inner, path + name));
  }
  return found;
}

const sorted = (list: readonly (readonly [string, Segment])[]) =>
  list.map((entry) => JSON.stringify(entry)).sort();

describe('what feedback names', () => {
  it('[TRN-11] is exactly what a walk over all its fields finds', () => {
    fc.assert(
      fc.property(anyFeedback, (feedback) => {
        const found = walk(feedback);
        expect(sorted(segmentsOf(feedback))).toEqual(sorted(found));
        const steps = stepsOf(feedback);
        expect([...steps.keys()].sort()).toEqual(
          [...new Set(found.map(([, s]) => s.episodeId))].sort(),
        );
        const least = feedback.kind === 'reward' ? 1 : 0;
        for (const [episodeId, count] of steps) {
          const ends = found.filter(([, s]) => s.episodeId === episodeId).map(([, s]) => s.to);
          expect(count).toBe(Math.max(least, ...ends));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('[TRN-11] is everything that a takeover refers to', () => {
    const takeover = of({
      kind: 'override',
      episodeId: 'e',
      from: 5,
      to: 7,
      counterfactual: { episodeId: 'e-cf5', from: 0, to: 20 },
      predictions: [
        { episodeId: 'e-cf5-paths', from: 0, to: 10 },
        { episodeId: 'e-cf5-paths', from: 10, to: 18 },
      ],
    });
    expect([...stepsOf(takeover)]).toEqual([
      ['e', 7],
      ['e-cf5', 20],
      ['e-cf5-paths', 18],
    ]);
    expect(retractedBy(takeover)).toBeUndefined();
    expect(retractedBy(of({ kind: 'retraction', feedbackId: 'f0' }))).toBe('f0');
  });
});

describe('the check', () => {
  const known: Known = {
    runId: 'r',
    lengths: new Map([
      ['e1', 40],
      ['cf', 10],
      ['paths', 30],
      ['new', 0],
    ]),
    queries: new Set(['q']),
    feedback: new Set(['f0']),
  };
  const at = (episodeId: string, from: number, to: number): Segment => ({ episodeId, from, to });
  const override = (more: Partial<BodyOf<'override'>>) =>
    of({ kind: 'override', ...at('e1', 5, 10), ...more });

  it.each<[Feedback, string | undefined]>([
    [of({ kind: 'reward', episodeId: 'e1', step: 40, value: 1 }), undefined],
    [
      of({ kind: 'reward', episodeId: 'e1', step: 41, value: 1 }),
      'feedback.step: is 41, allowed 0 to 40',
    ],
    [
      of({ kind: 'estop', episodeId: 'gone', step: 1 }),
      'feedback.episodeId: gone is not an episode of this run',
    ],
    [
      of({ kind: 'preference', a: at('e1', 0, 40), b: at('e1', 20, 60), choice: 'a' }),
      'feedback.b.to: is 60, allowed 1 to 40',
    ],
    [
      of({ kind: 'ranking', segments: [at('e1', 0, 9), at('gone', 0, 9)], order: [0, 1] }),
      'feedback.segments[1].episodeId: gone is not an episode of this run',
    ],
    [
      of({ kind: 'rating', segment: at('e1', 9, 9), score: 1, scale: 5 }),
      'feedback.segment.from: is 9, allowed 0 to 8',
    ],
    [
      of({ kind: 'demonstration', segment: at('new', 0, 1) }),
      'feedback.segment.to: is 1, the episode has no steps yet',
    ],
    [override({ counterfactual: at('cf', 0, 10), predictions: [at('paths', 10, 30)] }), undefined],
    [
      override({ counterfactual: at('cf', 0, 11) }),
      'feedback.counterfactual.to: is 11, allowed 1 to 10',
    ],
    [
      override({ predictions: [at('paths', 0, 30), at('gone', 0, 1)] }),
      'feedback.predictions[1].episodeId: gone is not an episode of this run',
    ],
    [of({ kind: 'retraction', feedbackId: 'f9' }), 'feedback.feedbackId: f9 is not in the log'],
    [of({ kind: 'retraction', feedbackId: 'f0' }), undefined],
    [of({ kind: 'approval', queryId: 'q', decision: 'allow' }), undefined],
    [
      of({ kind: 'approval', queryId: 'q9', decision: 'allow' }),
      'feedback.queryId: q9 was never asked in this run',
    ],
    [
      { ...of({ kind: 'retraction', feedbackId: 'f0' }), runId: 'r2' },
      'feedback.runId: is r2, this run is r',
    ],
  ])('[WIRE-3] names field, value and what is allowed: %j', (feedback, message) => {
    expect(check(feedback, known)?.message).toBe(message);
  });
});
