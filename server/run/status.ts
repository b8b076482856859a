import type { Ask } from '../actors/messages.ts';
import type { ServerMessage } from '../protocol/index.ts';
import type { RunParts } from './parts.ts';

export type Status = Extract<ServerMessage, { type: 'status' }>;

type Parts = Pick<RunParts, 'lives' | 'learner' | 'feedback' | 'queries' | 'viewers' | 'takeovers'>;

/** All pages hear how every live simulation stands: any of them may ask for help. */
export function tellStatus(parts: Parts): void {
  for (const live of parts.lives.all.keys()) parts.viewers.message(statusOf(parts, live));
}

/** What pages are told once a second of a live simulation; sessions add their own dropped frames. */
export function statusOf(parts: Parts, number: number): Status {
  const { lives, learner, feedback, queries, viewers, takeovers } = parts;
  const live = lives.all[number]!;
  const { state } = live;
  const { environmentSteps, learnerUpdates, humanSteps } = learner.counts;
  return {
    type: 'status',
    live: number,
    state: state?.state ?? 'starting',
    speed: state?.speed ?? 1,
    sceneId: state?.sceneId ?? 0,
    episodeId: state?.episodeId ?? '',
    episodeNumber: state?.episodeNumber ?? 0,
    seed: state?.seed ?? 0,
    controller: state?.controller ?? 'policy',
    request: state?.request ?? 'none',
    holder: live.holder?.teacherId ?? null,
    holderSession: live.holder?.sessionId ?? null,
    haltedBy: live.haltedBy ?? null,
    recorder: live.recorder?.teacherId ?? null,
    recorderSession: live.recorder?.sessionId ?? null,
    releaseTo: state?.releaseTo ?? 'policy',
    share: state?.share ?? 1,
    fadeSeconds: state?.fadeSeconds ?? 0,
    oversight: state?.oversight ?? 'on',
    ...(state?.ask ? { ask: askOnWire(state.ask) } : {}),
    policyVersion: state?.policyVersion ?? 0,
    environmentSteps,
    learnerUpdates,
    labels: feedback.count,
    humanSteps,
    viewers: viewers.count,
    droppedFrames: 0,
    learner: learner.state,
    openQueries: queries.size,
    queue: queries.report,
    takeovers: takeovers.totals,
  };
}

function askOnWire({ id, kind, fallback, until, conditions }: Ask): NonNullable<Status['ask']> {
  const left = Math.max(0, (until - Date.now()) / 1000);
  const secondsLeft = Number.isFinite(left) ? left : null;
  return { id, kind, fallback, secondsLeft, conditions: [...conditions] };
}
