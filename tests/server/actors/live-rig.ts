/** A live loop on the point world with a policy that always goes (+0.2, −0.1), driven tick by tick. */
import type { ActivationSnapshot } from '../../../agent/activation/contract.ts';
import type { GateSnapshot, PolicySnapshot } from '../../../agent/contract.ts';
import { createLiveLoop } from '../../../server/actors/live-loop.ts';
import type { Driver, LiveCommand, LiveEvent } from '../../../server/actors/messages.ts';
import { decodeFrame } from '../../../server/protocol/index.ts';
import { createPointWorld } from '../../agent/point-world.ts';

export const POLICY = [0.2, -0.1];
export const SAFE = [0, -1];

export const ADA: Driver = { sessionId: 'ada-1', teacherId: 'ada' };

export const snapshot: PolicySnapshot = {
  version: 7,
  layers: [
    {
      inputs: 2,
      outputs: 2,
      activation: 'linear',
      weights: new Float32Array(4),
      bias: Float32Array.from(POLICY),
    },
  ],
  logStd: 'deterministic',
  squash: 'none',
  actionSpace: { low: Float32Array.of(-1, -1), high: Float32Array.of(1, 1), size: 2 },
};

/** A point world with axes that stay where they are, as position servos do. */
function createHoldingWorld() {
  const world = createPointWorld();
  const at = new Float32Array(3);
  return Object.assign(world, {
    writeHoldAction(out: Float32Array) {
      world.writeAgentPosition(at);
      out.set(at.subarray(0, 2));
    },
  });
}

export function createRig(options: { readonly holds?: boolean } = {}) {
  let now = 1000;
  let sequence = 0;
  let events: LiveEvent[] = [];
  const data = {
    module: '',
    actor: 'live',
    runId: 'run-1',
    environmentId: 'point-world',
    environmentOptions: {},
    configHash: 'abc',
    seed: 1,
    safeAction: SAFE,
    trainSeeds: { start: 0, count: 100 },
    session: 's',
  };
  const env = options.holds ? createHoldingWorld() : createPointWorld();
  const emit = (event: LiveEvent) => void events.push(event);
  const loop = createLiveLoop(env, createPointWorld(), data, emit, () => now);

  const rig = {
    get events(): readonly LiveEvent[] {
      return events;
    },
    /** Number of the last input. */
    get sequence() {
      return sequence;
    },
    forget: () => void (events = []),
    of: <T extends LiveEvent['type']>(type: T) =>
      events.filter((e): e is Extract<LiveEvent, { type: T }> => e.type === type),
    frame: () => decodeFrame(rig.of('frame').at(-1)!.buffer),
    send: (command: LiveCommand) => loop.command(command, now),
    publish: (gate?: GateSnapshot, activation?: ActivationSnapshot) =>
      rig.send({
        ...({ type: 'snapshot', snapshot } as const),
        ...(gate ? { gate } : {}),
        ...(activation ? { activation } : {}),
      }),
    /** Steps of 0.1 s, at real time unless said otherwise. */
    tick(n = 1, wallMs = 100): void {
      for (let i = 0; i < n; i++) {
        now += wallMs;
        loop.tick(now);
      }
    },
    /** A person's hands on the axes of the mask. */
    hold(
      values: readonly number[],
      activeAxes = 1,
      {
        episodeNumber,
        step,
        driver = ADA,
        latched = false,
      }: { episodeNumber?: number; step?: number; driver?: Driver; latched?: boolean } = {},
    ) {
      const frame = rig.frame();
      const input = {
        sequence: ++sequence,
        live: 0,
        episodeNumber: episodeNumber ?? frame.episodeNumber,
        step: step ?? frame.step,
        sentAt: now,
        activeAxes,
        ...(latched ? ({ latched: true } as const) : {}),
        values: Float32Array.from(values),
      };
      rig.send({ type: 'input', input, driver });
    },
  };
  return rig;
}

export const rounded = (a: Float32Array) => [...a].map((v) => Math.round(v * 1000) / 1000);
