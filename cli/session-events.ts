/** What was said of one episode, as a recorded session shows it: when and what, not by whom. */
import type { Feedback, Segment } from '../agent/contract.ts';
import type { SessionEvent } from '../server/protocol/index.ts';

/** In the order of the log, without what was taken back. `length`: steps of the episode. */
export function eventsOf(
  episodeId: string,
  length: number,
  feedback: readonly Feedback[],
): SessionEvent[] {
  const takenBack = new Set(feedback.flatMap((f) => (f.kind === 'retraction' ? f.feedbackId : [])));
  const about = (segment: Segment) => segment.episodeId === episodeId;
  const cut = (at: number) => Math.max(0, Math.min(length, at));
  return feedback
    .filter(({ id }) => !takenBack.has(id))
    .flatMap((f) => told(f, about))
    .map((event) => ({ ...event, from: cut(event.from), to: cut(event.to) }));
}

function told(f: Feedback, about: (segment: Segment) => boolean): SessionEvent[] {
  const { kind } = f;
  const stretch = (segment: Segment, more: object = {}): SessionEvent[] =>
    about(segment) ? [{ kind, from: segment.from, to: segment.to, ...more }] : [];
  switch (kind) {
    case 'reward':
    case 'estop': {
      const more = kind === 'reward' ? { value: f.value } : {};
      return stretch({ episodeId: f.episodeId, from: f.step, to: f.step }, more);
    }
    case 'override':
      return stretch(f);
    case 'critique':
      return stretch(f, { value: f.value });
    case 'preference':
      return compared(f).flatMap(([segment, outcome]) => stretch(segment, { outcome }));
    case 'ranking':
      return f.segments.flatMap((segment) => stretch(segment));
    case 'rating':
    case 'correction':
    case 'demonstration':
      return stretch(f.segment);
    // Of queries, of other events, or of what did not happen.
    case 'approval':
    case 'counterfactual':
    case 'retraction':
      return [];
  }
}

type Outcome = NonNullable<SessionEvent['outcome']>;

function compared({
  a,
  b,
  choice,
}: Extract<Feedback, { kind: 'preference' }>): (readonly [Segment, Outcome])[] {
  switch (choice) {
    case 'a':
      return [[a, 'better'] as const, [b, 'worse'] as const];
    case 'b':
      return [[a, 'worse'] as const, [b, 'better'] as const];
    case 'equal':
      return [[a, 'equal'] as const, [b, 'equal'] as const];
    case 'incomparable':
    case 'skip':
      return [];
  }
}
