/** Where nothing goes on by itself: why, and the way on. */
import { firstKey, LIVE } from '../core/bindings.ts';
import type { Status } from '../core/store.ts';
import { isHalted } from './request.ts';

/** undefined while it runs. `haltedBy` of the status is absent where nobody did it: after a rewind, at the start. */
export function haltWords(status: Status | undefined, teacherId: string): string | undefined {
  // A recording stands still by itself, and says how it goes on.
  if (!status || !isHalted(status) || (status.recorder && status.state === 'paused'))
    return undefined;
  const { haltedBy, haltedByName = haltedBy } = status;
  const who = haltedBy === teacherId ? 'you' : haltedByName;
  const isPaused = status.state === 'paused';
  const what = isPaused ? 'Paused' : 'Stopped';
  const step = isPaused ? `, ${firstKey(LIVE.step)} takes one step` : '';
  return `${what}${who ? ` by ${who}` : ''}. ${firstKey(LIVE.pause)} goes on${step}.`;
}
