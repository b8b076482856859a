import type { LiveState, RunHandle } from '../contract.ts';
import type { ServerMessage, TakeoverTotals } from '../protocol/index.ts';

/** What every page is told once a second; sessions add their own dropped frames. */
export function statusOf(
  state: LiveState | undefined,
  holder: string | undefined,
  counts: RunHandle['counts'],
  learner: RunHandle['learner'],
  viewers: number,
  openQueries: number,
  takeovers: TakeoverTotals,
): Extract<ServerMessage, { type: 'status' }> {
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
    holder: holder ?? null,
    releaseTo: state?.releaseTo ?? 'policy',
    policyVersion: state?.policyVersion ?? 0,
    environmentSteps: counts.environmentSteps,
    learnerUpdates: counts.learnerUpdates,
    labels: counts.labels,
    humanSteps: counts.humanSteps,
    viewers,
    droppedFrames: 0,
    learner,
    openQueries,
    takeovers,
  };
}
