/** What the robot says to the person at this page. */
import type { AppState, Status } from '../core/store.ts';

export type Request = NonNullable<Status['request']>;

/** A call for help is for everybody until somebody drives; an offer to let go is for who drives. */
export function requestOf(
  { status, driving }: Pick<AppState, 'status' | 'driving'>,
  teacherId: string,
): Request {
  if (!status?.request) return 'none';
  const { request, controller, holder, state } = status;
  switch (request) {
    case 'take-over':
      return driving || controller === 'human' || state === 'stopped' ? 'none' : request;
    case 'hand-back':
      return controller === 'human' && holder === teacherId ? request : 'none';
    case 'none':
      return request;
  }
}

/** The world stands until somebody says go on; a robot that brakes while it asks is not halted. */
export function isHalted(status: Status | undefined): boolean {
  if (!status) return false;
  const { state, controller, request } = status;
  return state === 'paused' || (controller === 'safe' && request !== 'take-over');
}
