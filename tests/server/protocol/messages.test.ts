import { describe, expect, it } from 'vitest';
import { clientMessageSchema, packScene, unpackScene } from '../../../server/protocol/index.ts';
import type { SceneDescription } from '../../../sim/contract.ts';

const base = {
  id: 'f-1',
  runId: 'run-1',
  teacherId: 'ann',
  shownAt: 1,
  answeredAt: 2,
  responseMs: 1,
};
const wrap = (feedback: object) =>
  clientMessageSchema.safeParse({ type: 'feedback', feedback: { ...base, ...feedback } });

describe('messages', () => {
  it('[WIRE-4] accepts each kind of feedback', () => {
    const segment = { episodeId: 'e', from: 0, to: 10 };
    for (const feedback of [
      { kind: 'reward', episodeId: 'e', step: 3, value: -1 },
      { kind: 'preference', a: segment, b: segment, choice: 'equal' },
      { kind: 'ranking', segments: [segment, segment], order: [0, 0] },
      { kind: 'rating', segment, score: 4, scale: 5 },
      { kind: 'override', episodeId: 'e', from: 1, to: 2, counterfactual: segment },
      { kind: 'correction', segment, corrected: segment },
      { kind: 'demonstration', segment },
      { kind: 'approval', queryId: 'q', decision: 'deny' },
      { kind: 'estop', episodeId: 'e', step: 0 },
      { kind: 'critique', episodeId: 'e', from: 0, to: 5, value: 0.5 },
      { kind: 'retraction', feedbackId: 'f-0' },
    ]) {
      expect(wrap(feedback).success, feedback.kind).toBe(true);
    }
  });

  it('[WIRE-5] refuses values outside their range and names the field', () => {
    const refusals: [object, string][] = [
      [{ kind: 'reward', episodeId: 'e', step: 3, value: 1.5 }, 'feedback.value'],
      [{ kind: 'reward', episodeId: 'e', step: -1, value: 1 }, 'feedback.step'],
      [
        { kind: 'rating', segment: { episodeId: 'e', from: 5, to: 5 }, score: 0, scale: 5 },
        'feedback.segment',
      ],
      [{ kind: 'estop', episodeId: '../etc/passwd', step: 0 }, 'feedback.episodeId'],
    ];
    for (const [feedback, path] of refusals) {
      const result = wrap(feedback);
      expect(result.success).toBe(false);
      expect(result.error?.issues[0]?.path.join('.')).toBe(path);
    }
  });

  it('[WIRE-6] a scene survives packing, typed arrays and all', () => {
    const scene: SceneDescription = {
      title: 'test',
      bodies: [],
      statics: [],
      meshes: {
        m: {
          positions: Float32Array.from({ length: 30_000 }, (_, i) => Math.sin(i)),
          indices: Uint32Array.of(0, 1, 2),
        },
      },
      textures: { t: { width: 1, height: 1, pixels: Uint8Array.of(1, 2, 3, 255) } },
      cameras: [],
      light: 'day',
      agentBody: 'ego',
      bounds: { min: [0, 0, 0], max: [1, 1, 1] },
    };
    expect(unpackScene(JSON.parse(JSON.stringify(packScene(scene))))).toEqual(scene);
  });
});
