import type { Feedback } from '../../agent/contract.ts';

/** An emergency stop in the log: who, when (ms since epoch), and after which step of the episode. */
export function stopFeedback(
  runId: string,
  teacherId: string,
  episodeId: string,
  step: number,
  now: number,
): Feedback {
  return {
    id: `${episodeId}-s${step}`,
    runId,
    teacherId,
    shownAt: now,
    answeredAt: now,
    receivedAt: now,
    responseMs: 0,
    kind: 'estop',
    episodeId,
    step,
  };
}
