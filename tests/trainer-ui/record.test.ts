import { expect, it } from 'vitest';
import { keptAs } from '../../trainer-ui/record/kept-as.ts';

const recording = { id: 'mine', length: 20 };
const corrected = { episodeId: 'mine', from: 0, to: 20 };

it('[UI-95] a recording from a start of its own is kept as a demonstration', () => {
  expect(keptAs(recording, null, 0)).toEqual({ kind: 'demonstration', segment: corrected });
});

it('[UI-96] one that leaves an episode corrects it for as long as both went on', () => {
  const at = { episodeId: 'old', step: 30 };
  const segment = (to: number) => ({ episodeId: 'old', from: 30, to });
  expect(keptAs(recording, at, 100)).toEqual({
    kind: 'correction',
    segment: segment(50),
    corrected,
  });
  expect(keptAs(recording, at, 36)).toEqual({
    kind: 'correction',
    segment: segment(36),
    corrected,
  });
});

it('[UI-96] where nothing went on there, or it is not kept any more, it is a demonstration', () => {
  const at = { episodeId: 'old', step: 30 };
  for (const steps of [30, 0]) expect(keptAs(recording, at, steps).kind).toBe('demonstration');
});
