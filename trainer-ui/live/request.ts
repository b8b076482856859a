/** What the agent says to the person at this page. */
import type { AppState, Status } from '../core/store.ts';

/** approval: it waits to be allowed what it is about to do. */
export type Request = NonNullable<Status['request']> | 'approval';

/** Whether this page holds the controls: not another tab of the same person. */
export function holdsHere(
  { status, welcome }: Pick<AppState, 'status' | 'welcome'>,
  teacherId: string,
): boolean {
  if (!status) return false;
  const { holder, holderSession } = status;
  return holderSession === undefined ? holder === teacherId : holderSession === welcome?.sessionId;
}

/** A call for help is for all viewers until a person drives; an offer to let go is for the operator. */
export function requestOf(
  state: Pick<AppState, 'status' | 'driving' | 'welcome'>,
  teacherId: string,
): Request {
  const { status, driving } = state;
  if (waitsForLeave(status)) return 'approval';
  if (!status?.request) return 'none';
  const { request, controller } = status;
  switch (request) {
    case 'take-over':
      return driving || !asks(status) ? 'none' : request;
    case 'hand-back':
      return controller === 'human' && holdsHere(state, teacherId) ? request : 'none';
    case 'none':
      return request;
  }
}

/** The first live simulation that asks for a person and is not in focus; undefined: none does. */
export function asksElsewhere({ statuses, live }: Pick<AppState, 'statuses' | 'live'>) {
  const at = statuses.findIndex((status, i) => i !== live && asks(status));
  return at < 0 ? undefined : at;
}

/** Whether it stands still until somebody allows what it is about to do, or nobody has. */
export const waitsForLeave = (status: Status | undefined): boolean =>
  status?.ask?.kind === 'approval';

/** Whether it asks for a person whom it does not have. */
export function asks(status: Status | undefined): boolean {
  if (waitsForLeave(status)) return true;
  if (status?.request !== 'take-over') return false;
  return status.controller !== 'human' && status.state !== 'stopped';
}

/** Whether the simulation waits for a person to continue it. An agent that brakes while it asks is not halted. */
export function isHalted(status: Status | undefined): boolean {
  if (!status) return false;
  const { state, controller, request } = status;
  return state === 'paused' || (controller === 'safe' && request !== 'take-over');
}
