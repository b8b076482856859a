import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Clip,
  type ControlInput,
  decodeClip,
  decodeFrame,
  decodeInput,
  decodePath,
  encodeClip,
  encodeFrame,
  encodeInput,
  encodePath,
  type Frame,
  frameBytes,
  OP,
  opcode,
} from '../../../server/protocol/index.ts';

const floats = (length: number) =>
  fc.float32Array({ minLength: length, maxLength: length, noNaN: true });
const u32 = fc.nat({ max: 0xffffffff });
const float = fc.float({ noNaN: true });
const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

const frames: fc.Arbitrary<Frame> = fc
  .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 200 }))
  .chain(([k, p]) =>
    fc.record({
      live: fc.nat({ max: 255 }),
      flags: fc.nat({ max: 255 }),
      sceneId: u32,
      episodeNumber: u32,
      step: u32,
      time: finite,
      sentAt: finite,
      policyVersion: u32,
      speed: float,
      reward: float,
      predictedReward: fc.oneof(float, fc.constant(Number.NaN)),
      disagreement: fc.oneof(float, fc.constant(Number.NaN)),
      cost: float,
      risk: fc.oneof(float, fc.constant(Number.NaN)),
      inputSequence: u32,
      action: floats(k),
      policyAction: floats(k),
      poses: floats(p),
    }),
  );

describe('binary frames', () => {
  it('[WIRE-1] a frame survives the wire bit for bit', () => {
    fc.assert(
      fc.property(frames, (frame) => {
        const buffer = encodeFrame(frame);
        expect(buffer.byteLength).toBe(frameBytes(frame.action.length, frame.poses.length));
        expect(opcode(buffer)).toBe(OP.frame);
        expect(decodeFrame(buffer)).toEqual(frame);
      }),
    );
  });

  it('[WIRE-1] contacts and joints ride behind the poses, and only where there are any', () => {
    const overlays = fc.tuple(
      frames,
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
    );
    fc.assert(
      fc.property(
        overlays.chain(([frame, c, j]) =>
          fc.record({
            frame: fc.constant(frame),
            contacts: floats(6 * c),
            joints: floats(8 * j),
          }),
        ),
        ({ frame, contacts, joints }) => {
          for (const extra of [{ contacts }, { joints }, { contacts, joints }]) {
            const whole = { ...frame, ...extra };
            const bytes = encodeFrame(whole);
            expect(decodeFrame(bytes)).toEqual(whole);
            expect(() => decodeFrame(bytes.slice(0, -4))).toThrow(/bytes, expected/);
          }
          expect(Object.keys(decodeFrame(encodeFrame(frame)))).not.toContain('contacts');
        },
      ),
    );
  });

  it('[WIRE-1] a picture rides behind everything else, in frames and in clips', () => {
    const pictures = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1 });
    fc.assert(
      fc.property(frames, floats(6), pictures, fc.boolean(), (frame, contacts, all, ended) => {
        const whole = { ...frame, contacts, picture: all[0]! };
        const bytes = encodeFrame(whole);
        expect(decodeFrame(bytes)).toEqual(whole);
        expect(() => decodeFrame(bytes.slice(0, -1))).toThrow(/bytes, expected/);
        const rows = all.length;
        const column = new Float32Array(rows).fill(1);
        const clip: Clip = {
          ...{ tag: 1, dt: 0.5, sceneId: 1, rows, poses: new Float32Array(7 * rows) },
          ...{ predictedRewards: column, disagreements: column, speeds: column, costs: column },
          pictures: all,
          ...(ended ? { outcome: { reason: 'ü', success: true, route: 1 } } : {}),
        };
        const sent = encodeClip(clip);
        expect(decodeClip(sent)).toEqual(clip);
        expect(() => decodeClip(sent.slice(0, -1))).toThrow(/bytes, expected/);
      }),
    );
  });

  it('[WIRE-2] more poses or overlays than a frame can carry are refused by name', () => {
    const [frame] = fc.sample(frames, 1);
    const poses = new Float32Array(65_536);
    expect(() => encodeFrame({ ...frame!, poses })).toThrow(/frame\.poses\.length: 65536, allowed/);
    const contacts = new Float32Array(256 * 6);
    expect(() => encodeFrame({ ...frame!, contacts })).toThrow(/frame\.contacts: 256, allowed/);
  });

  it('[WIRE-1] a clip survives the wire bit for bit', () => {
    const clips: fc.Arbitrary<Clip> = fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 14 }))
      .chain(([rows, width]) =>
        fc.record(
          {
            tag: u32,
            dt: float,
            sceneId: u32,
            rows: fc.constant(rows),
            poses: floats(rows * width),
            predictedRewards: floats(rows),
            disagreements: floats(rows),
            speeds: floats(rows),
            costs: floats(rows),
            outcome: fc.record({
              reason: fc.string({ unit: 'grapheme', maxLength: 40 }),
              success: fc.boolean(),
              route: float,
            }),
          },
          {
            requiredKeys: [
              'tag',
              'dt',
              'sceneId',
              'rows',
              'poses',
              'predictedRewards',
              'disagreements',
              'speeds',
              'costs',
            ],
          },
        ),
      );
    fc.assert(
      fc.property(clips, (clip) => {
        expect(decodeClip(encodeClip(clip))).toEqual(clip);
      }),
    );
  });

  it('[WIRE-1] a predicted path survives the wire bit for bit', () => {
    const paths = fc.integer({ min: 0, max: 40 }).chain((n) =>
      fc.record({
        live: fc.nat({ max: 255 }),
        sceneId: u32,
        episodeNumber: u32,
        step: u32,
        points: floats(3 * n),
        risks: floats(n),
      }),
    );
    fc.assert(
      fc.property(paths, (path) => {
        expect(decodePath(encodePath(path))).toEqual(path);
      }),
    );
  });

  it('[WIRE-1] a control input survives the wire bit for bit', () => {
    const inputs: fc.Arbitrary<ControlInput> = fc.integer({ min: 0, max: 32 }).chain((k) =>
      fc.record({
        sequence: u32,
        live: fc.nat({ max: 255 }),
        episodeNumber: u32,
        step: u32,
        sentAt: finite,
        activeAxes: u32,
        ...(k % 2 === 0 ? { latched: fc.constant<true>(true) } : {}),
        values: fc.float32Array({
          minLength: k,
          maxLength: k,
          noNaN: true,
          noDefaultInfinity: true,
        }),
      }),
    );
    fc.assert(
      fc.property(inputs, (input) => {
        expect(decodeInput(encodeInput(input))).toEqual(input);
      }),
    );
  });

  it('[WIRE-2] truncated or padded bytes are refused with both lengths', () => {
    fc.assert(
      fc.property(frames, fc.integer({ min: 1, max: 16 }), (frame, n) => {
        const buffer = encodeFrame(frame);
        expect(() => decodeFrame(buffer.slice(0, buffer.byteLength - n))).toThrow(
          /bytes, expected/,
        );
        const padded = new Uint8Array(buffer.byteLength + n);
        padded.set(new Uint8Array(buffer));
        expect(() => decodeFrame(padded.buffer)).toThrow(/bytes, expected/);
      }),
    );
  });

  it('[WIRE-2] random bytes never crash a decoder with anything but a RangeError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const decode of [decodeFrame, decodeClip, decodePath, decodeInput]) {
          try {
            decode(bytes.slice().buffer);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        }
      }),
    );
  });

  it('[WIRE-3] an input with a value that is not finite is refused by name', () => {
    const input = {
      sequence: 1,
      live: 0,
      episodeNumber: 1,
      step: 0,
      sentAt: 0,
      activeAxes: 1,
      values: Float32Array.of(0, Number.NaN),
    };
    expect(() => decodeInput(encodeInput(input))).toThrow('input.values[1]: NaN');
  });
});
