/** A client with a recording in place of a server: it shows everything, and takes nothing. */
import { PROTOCOL_VERSION, type RecordedSession } from '../../server/protocol/index.ts';
import type { Client } from '../core/client.ts';
import { createFrameBuffer } from '../core/frame-buffer.ts';
import { createGamepads } from '../core/gamepads.ts';
import { createKeyLatency } from '../core/key-latency.ts';
import { createMemoryStore } from '../core/key-store.ts';
import { createLimits } from '../core/limits.ts';
import { createAppStore } from '../core/store.ts';
import { createTouch } from '../core/touch.ts';
import { recordedClip, recordedEpisodes } from './recorded-episodes.ts';

export function createRecordedClient(session: RecordedSession): Client {
  const { run, environment } = session;
  const store = createAppStore();
  store.setState({
    connection: 'open',
    tab: 'episodes',
    welcome: {
      type: 'welcome',
      protocol: PROTOCOL_VERSION,
      serverVersion: '',
      sessionId: '',
      runId: run.id,
      environment,
      preset: run.preset,
      backend: { name: 'cpu', reason: 'recorded' },
      serverTime: run.createdAt,
    },
  });
  const storage = createMemoryStore();
  return {
    store,
    frames: createFrameBuffer(),
    teacherId: '',
    gamepads: createGamepads(storage),
    keyLatency: createKeyLatency(),
    limits: createLimits(storage),
    touch: createTouch(),
    episodes: recordedEpisodes(session),
    isRecorded: true,
    scene: (id) => session.scenes[id],
    view: { heading: 0 },
    path: undefined,
    tiles: new Map(),
    clip: async (segment) => recordedClip(session, segment, environment.controlDt),
    ...takesNothing,
  };
}

const takesNothing = {
  tilt: { start: async () => {}, stop() {}, levelNow() {} },
  send: () => false,
  focus() {},
  wantWall() {},
  sendInput() {},
  control() {},
  reward: () => false,
  give: () => '',
  closeGoalNote() {},
  remindOfRest() {},
  showForces() {},
  raysAt: () => undefined,
  forgetOthers() {},
  dropQuery() {},
  wantQueries() {},
  openInstructions() {},
  showQuery() {},
  onError: () => () => {},
} satisfies Partial<Client>;
