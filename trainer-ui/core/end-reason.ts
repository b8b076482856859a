/** Why episodes end, in the environment's own words. */
import type { EndReason } from '../../server/protocol/index.ts';

/** A reason that the environment did not list is shown by its id. */
export function endReasonOf(id: string, known: readonly EndReason[] | undefined): EndReason {
  return known?.find((reason) => reason.id === id) ?? { id, label: id, severity: 'neutral' };
}
