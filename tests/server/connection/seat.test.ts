import { expect, it } from 'vitest';
import { Seat } from '../../../server/connection/seat.ts';
import { TILE_BYTES, TILE_EVERY, Tiles } from '../../../server/connection/tiles.ts';
import type { Driver, LiveHandle, RunHandle } from '../../../server/contract.ts';
import { encodeFrame, type Frame, liveOf } from '../../../server/protocol/index.ts';
import { stubLive } from './door.ts';

const frame = (live: number): ArrayBuffer =>
  encodeFrame({
    ...({ live, flags: 0, sceneId: live, episodeNumber: 1, step: 1 } as Frame),
    action: new Float32Array(1),
    policyAction: new Float32Array(1),
    poses: new Float32Array(7),
  });
const input = (live: number, activeAxes = 1) =>
  ({
    live,
    sequence: 1,
    episodeNumber: 1,
    step: 1,
    sentAt: 1,
    activeAxes,
    values: Float32Array.of(1),
  }) as const;
const ADA: Driver = { sessionId: 's', teacherId: 'ada' };

/** A page's seat at three simulations, and what reached them and the page. */
function sit() {
  const asked: string[] = [];
  const sent: string[] = [];
  const held = new Set<number>();
  const lives = [0, 1, 2].map(
    (number): LiveHandle => ({
      ...stubLive({ state: { sceneId: number, seed: number } as never, step: 1 }),
      picture: frame(number),
      get holder() {
        return held.has(number) ? ADA : undefined;
      },
      send(command) {
        asked.push(`${number} ${command.type}`);
        if (command.type === 'input') held.add(number);
        if (command.type === 'release') held.delete(number);
      },
    }),
  );
  const outbox = {
    isSlow: false,
    send: (message: { type: string }) => void sent.push(message.type),
    sendFrame: (buffer: ArrayBuffer) => void sent.push(`frame ${liveOf(buffer)}`),
  };
  const run = {
    lives,
    facts: { controlDt: 0.1 },
    status: (live: number) => ({ type: 'status', live, holder: null }),
  } as unknown as RunHandle;
  const scenes = { moved: (live: number) => void sent.push(`scene ${live}`) };
  const seat = new Seat({
    sessionId: 's',
    run,
    outbox: outbox as never,
    scenes,
    nameOf: (id) => id,
  });
  const taken = (list: string[]) => list.splice(0);
  return { seat, outbox, asked: () => taken(asked), sent: () => taken(sent) };
}

it('[WIRE-13] a page sees one simulation whole and hears how all stand; frames of others come when it asks', () => {
  const { seat, sent } = sit();
  for (const live of [0, 1, 2]) {
    seat.frame(frame(live));
    seat.message({ type: 'status', live, holder: null } as never);
    seat.scene(live, 5, 5);
  }
  expect(sent()).toEqual(['frame 0', 'status', 'scene 0', 'status', 'status']);
  seat.look({ type: 'look', live: 0, wall: true });
  expect(sent()).toEqual(['scene 1', 'status', 'frame 1', 'scene 2', 'status', 'frame 2']);
  seat.frame(frame(2));
  seat.frame(frame(2)); // too soon after the last
  seat.frame(frame(0));
  seat.frame(frame(0));
  expect(sent()).toEqual(['frame 2', 'frame 0', 'frame 0']);
  expect(() => seat.look({ type: 'look', live: 3, wall: true })).toThrow(
    'look.live: is 3, allowed 0 to 2',
  );
});

it('[WIRE-13] a slow page loses small pictures before anything else', () => {
  const { seat, outbox, sent } = sit();
  seat.look({ type: 'look', live: 0, wall: true });
  sent();
  outbox.isSlow = true;
  seat.frame(frame(1));
  seat.frame(frame(0)); // dropped and counted by the outbox
  expect(sent()).toEqual(['frame 0']);
});

it('[CTRL-22] whoever moves the focus lets go of what they drove; what they meant for it does not drive the next', () => {
  const { seat, asked, sent } = sit();
  seat.control({ type: 'control', id: 'c', action: 'overlays', on: true }, 'ada');
  seat.drive(input(0), ADA);
  expect(asked()).toEqual(['0 overlays', '0 input']);
  seat.look({ type: 'look', live: 2, wall: false });
  expect(asked()).toEqual(['0 overlays', '0 release', '2 overlays']);
  expect(sent()).toEqual(['scene 2', 'status', 'frame 2']);
  seat.drive(input(0), ADA);
  seat.drive(input(0, 0), ADA);
  expect(asked()).toEqual([]);
  seat.drive(input(2), ADA);
  seat.control({ type: 'control', id: 'c', action: 'pause' }, 'ada');
  seat.leave();
  expect(asked()).toEqual(['2 input', '2 pause', '2 overlays', '2 release']);
});

it('[WIRE-13] frames of simulations out of focus share a budget of bytes', () => {
  const rate = (bytes: number, others: number) => {
    const tiles = new Tiles();
    let taken = 0;
    for (let now = 0; now < 10_000; now += 10) {
      for (let live = 1; live <= others; live++) if (tiles.take(live, bytes, others, now)) taken++;
    }
    return taken / 10 / others;
  };
  expect(rate(500, 3)).toBe(1000 / TILE_EVERY);
  expect(rate(8192, 15)).toBeLessThanOrEqual(TILE_BYTES / 8192 / 15 + 0.1);
});
