import type { ServerMessage } from '../protocol/index.ts';
import type { RunParts } from './parts.ts';

export type Status = Extract<ServerMessage, { type: 'status' }>;

/** What every page is told once a second; sessions add their own dropped frames. */
export function statusOf(
  parts: Pick<RunParts, 'live' | 'learner' | 'feedback' | 'queries' | 'viewers' | 'takeovers'>,
): Status {
  const { live, learner, feedback, queries, viewers, takeovers } = parts;
  const { state } = live;
  const { environmentSteps, learnerUpdates, humanSteps } = learner.counts;
  return {
    type: 'status',
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
    releaseTo: state?.releaseTo ?? 'policy',
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
