/** The reply about overlays of a stored episode. */
import type { OverlayRows } from '../../protocol/index.ts';
import { integer, list, number, object } from './parts.ts';

const rows = list(list(number));

export const overlays = object<OverlayRows>(
  {
    ...{ from: integer, to: integer },
    contacts: {
      ...rows,
      description: 'per row x, y, z (m), then the force fx, fy, fz (N), of each',
    },
    joints: {
      ...rows,
      description:
        'per row anchor x, y, z, axis x, y, z, position (m or rad), force (N or N m), of each',
    },
    rays: {
      ...rows,
      description:
        'per row where the rays begin x, y, z, then of each its end x, y, z and its share of the range',
    },
  },
  { description: 'Rows [from, to); a row is empty where there is none of it' },
);
