import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeSession,
  encodeSession,
  type RecordedSession,
  type SceneDescription,
  type SessionEpisode,
} from '../../../server/protocol/index.ts';
import {
  decodeFloats,
  decodeWholes,
  encodeNumbers,
} from '../../../server/protocol/number-columns.ts';

/** Half a unit, and what float32 rounds of numbers up to a kilometre. */
const CLOSE = 0.5e-4 + 1e-4;

const metres = fc.float({ min: -1000, max: 1000, noNaN: true });

test('[WIRE-12] floats come back to a tenth of a millimetre, whole numbers and zeros exactly', () => {
  fc.assert(
    fc.property(
      fc.array(metres, { maxLength: 60 }),
      fc.constantFrom(undefined, 1, 7),
      (list, width) => {
        const values = Float32Array.from(list);
        const back = decodeFloats(encodeNumbers(values, width));
        expect(back.length).toBe(values.length);
        for (const [i, value] of values.entries()) {
          expect(Math.abs(back[i]! - value)).toBeLessThan(CLOSE);
          if (value === 0) expect(back[i]).toBe(0);
        }
      },
    ),
  );
  fc.assert(
    fc.property(fc.array(fc.nat(0xffffffff), { maxLength: 60 }), (list) => {
      expect([...decodeWholes(encodeNumbers(Uint32Array.from(list)))]).toEqual(list);
    }),
  );
});

const body = { id: 'car', role: 'agent', colour: 0 };
const scene = {
  title: 'road',
  bodies: [body],
  meshes: [{ positions: Float32Array.of(0, 0.5, 1e3), indices: Uint32Array.of(0, 2, 1) }],
  textures: [{ pixels: Uint8Array.of(0, 255, 7) }],
} as unknown as SceneDescription;

function session(): RecordedSession {
  const episode: SessionEpisode = {
    id: 'one',
    seed: 3,
    length: 1,
    end: 'terminated',
    live: true,
    startedAt: 1,
    humanSteps: 1,
    summary: { return: 2 },
    sceneId: 5,
    steps: {
      actions: [[0.5]],
      policyActions: [[-0.5]],
      sources: [1],
      policyVersions: [0],
      rewards: [2],
      costs: [0],
    },
    success: true,
    events: [{ kind: 'override', from: 0, to: 1 }],
  };
  return {
    run: { id: 'run', preset: 'reins', seed: 1, createdAt: 9 },
    environment: { id: 'driving', controlDt: 0.1 } as RecordedSession['environment'],
    scenes: { 5: scene },
    episodes: [episode],
    poses: [Float32Array.of(1, 2, 3, 1, 0, 0, 0, 1.5, 2, 3, 0, 0, 0, 0)],
  };
}

test('[WIRE-12] a recorded session comes back whole, with the arrays of its scenes', () => {
  const { poses, scenes, ...rest } = decodeSession(encodeSession(session()));
  const { poses: _poses, scenes: _scenes, ...wanted } = session();
  expect(rest).toEqual(wanted);
  expect([...poses[0]!]).toEqual([1, 2, 3, 1, 0, 0, 0, 1.5, 2, 3, 0, 0, 0, 0]);
  expect(scenes).toEqual({ 5: scene });
});

test('[WIRE-12] what is no recorded session, a part of one, or of another version is refused in words', () => {
  const bytes = encodeSession(session());
  expect(() => decodeSession(new Uint8Array(3))).toThrow('is no recorded session');
  expect(() => decodeSession(bytes.with(0, 0))).toThrow('is no recorded session');
  expect(() => decodeSession(bytes.subarray(0, 20))).toThrow('ends inside its header');
  expect(() => decodeSession(bytes.subarray(0, bytes.length - 1))).toThrow(
    `has ${bytes.length - 1} bytes, expected ${bytes.length}`,
  );
  const text = new TextDecoder('latin1').decode(bytes).replace('"format":1', '"format":2');
  const other = Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  expect(() => decodeSession(other)).toThrow('is of format 2, allowed 1: export it again');
});
