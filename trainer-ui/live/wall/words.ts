/** A live simulation in a few words, for its tile. */
import type { Status } from '../../core/store.ts';
import { asks } from '../request.ts';

export function stateWords(status: Status | undefined, teacherId: string): string {
  if (!status) return 'is getting ready';
  const { state, controller, holder, holderName } = status;
  if (state === 'starting') return 'is getting ready';
  if (state === 'stopped') return 'stopped';
  if (state === 'paused') return 'paused';
  if (asks(status)) return 'asks for help';
  if (controller !== 'human') return controller === 'safe' ? 'stands' : 'agent drives';
  return holder === teacherId ? 'you drive' : `${holderName ?? holder ?? 'somebody'} drives`;
}
