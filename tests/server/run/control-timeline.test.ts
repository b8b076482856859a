import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Episode, type Feedback, SOURCE_CODE } from '../../../agent/contract.ts';
import { controlTimeline } from '../../../server/run/control-timeline.ts';
import { createRandom } from '../../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../../agent/synthetic.ts';

const episodeOf = (sources: readonly number[]): Episode => ({
  ...syntheticEpisode(syntheticSpec(2, 1), sources.length, createRandom(1), { id: 'e' }),
  sources: Uint8Array.from(sources),
  policyVersions: Uint32Array.from(sources, (_, t) => 10 + Math.floor(t / 4)),
});

const takeover = (id: string, teacherId: string, from: number, to: number, episodeId = 'e') =>
  ({ id, teacherId, kind: 'override', episodeId, from, to }) as Feedback;

test('[CTRL-31] every step has one holder: who drove, under which takeover, and what the agent would have done', () => {
  const { policy, human, fade } = SOURCE_CODE;
  const sources = [policy, policy, human, human, human, fade, policy, human, policy];
  const instead = { episodeId: 'cf', from: 0, to: 9 };
  const log = [
    takeover('other', 'cid', 0, 9, 'another'),
    takeover('t1', 'ada', 2, 4),
    takeover('t2', 'bob', 4, 6),
    { id: 'c', kind: 'counterfactual', overrideId: 't1', counterfactual: instead } as Feedback,
  ];
  const spans = controlTimeline(episodeOf(sources), log);
  expect(spans.map(({ from, to, source, teacherId }) => [from, to, source, teacherId])).toEqual([
    [0, 2, 'policy', null],
    [2, 4, 'human', 'ada'],
    [4, 5, 'human', 'bob'],
    [5, 6, 'fade', 'bob'],
    [6, 7, 'policy', null],
    [7, 8, 'human', null], // never logged: it says so
    [8, 9, 'policy', null],
  ]);
  expect(spans[1]).toMatchObject({ feedbackId: 't1', counterfactual: instead });
  expect(spans[2]).toMatchObject({ feedbackId: 't2', counterfactual: null });
  expect(spans[1]!.policyVersions).toEqual([10, 10]);
  expect(spans[2]!.policyVersions).toEqual([11, 11]);
});

test('[CTRL-31] whatever happened, spans follow each other without a gap or an overlap', () => {
  const codes = fc.array(fc.integer({ min: 0, max: Object.keys(SOURCE_CODE).length - 1 }), {
    minLength: 1,
    maxLength: 40,
  });
  const parts = fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 6 });
  fc.assert(
    fc.property(codes, parts, (sources, takeovers) => {
      const log = takeovers.map(([from, to], i) => takeover(`t${i}`, `p${i}`, from, to));
      const spans = controlTimeline(episodeOf(sources), log);
      const ends = spans.map(({ to }) => to);
      expect(spans.map(({ from }) => from)).toEqual([0, ...ends.slice(0, -1)]);
      expect(ends.at(-1)).toBe(sources.length);
      for (const { from, to, source } of spans)
        for (let t = from; t < to; t++) expect(sources[t]).toBe(SOURCE_CODE[source]);
    }),
  );
});
