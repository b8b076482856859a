import { expect, test } from 'vitest';
import type { OverlayRows } from '../../server/protocol/index.ts';
import { createDrivenLine, type Lines } from '../../trainer-ui/episodes/driven-line.ts';
import type { Recording } from '../../trainer-ui/episodes/recording.ts';
import { createSensedRows } from '../../trainer-ui/episodes/sensed-rows.ts';
import { forceWords } from '../../trainer-ui/scene/force-words.ts';

test('[UI-102] overlays come in pieces as they are looked at, each once; why they cannot be had is told', async () => {
  const asked: string[] = [];
  const overlays = async (id: string, from: number, to: number): Promise<OverlayRows> => {
    asked.push(`${id} ${from}-${to}`);
    if (from > 50) throw new Error('it goes another way');
    const rows = Array.from({ length: to - from }, (_, i) => [from + i]);
    return { from, to, contacts: rows, joints: rows.map(() => []), rays: rows };
  };
  const rows = createSensedRows({ overlays }, 'e1', 120);
  expect(rows.at(60)).toBeUndefined();
  await Promise.all([rows.fetch(60), rows.fetch(99)]);
  expect(asked).toEqual(['e1 50-100']);
  expect(rows.at(60)).toEqual({
    ...{ contacts: Float32Array.of(60), rays: Float32Array.of(60), joints: undefined },
  });
  expect(rows.failure).toBeUndefined();
  await rows.fetch(119);
  await rows.fetch(119);
  expect(asked).toEqual(['e1 50-100', 'e1 100-120']);
  expect(rows.failure).toBe('it goes another way');
  expect(rows.at(119)).toBeUndefined();
});

/** Of one body that goes a metre a step, and costs in the step to row 7; driven by a person in steps 2 and 3. */
function recordingOf(length: number): Recording {
  const rows = length + 1;
  const poses = new Float32Array(7 * rows);
  for (let r = 0; r < rows; r++) poses[7 * r] = r;
  const costs = new Float32Array(rows);
  costs[7] = 1;
  const piece = { rows, poses, costs, dt: 0.5 };
  const sources = Array.from({ length }, (_, i) => (i === 2 || i === 3 ? 1 : 0));
  const steps = [{ from: 0, to: length, length, sources }];
  return { row: { length }, pieces: [piece], steps, events: [] } as object as Recording;
}

test('[UI-102] the lines are where it was and where it went, with who drove and what it cost', () => {
  let trail: [number, boolean][] = [];
  let path: { xs: number[]; risks: number[] } | undefined;
  const lines: Lines = {
    trail(x, _y, _z, human) {
      trail.push([x, human]);
    },
    clearTrail: () => {
      trail = [];
    },
    path(points, risks) {
      const xs = Array.from(risks, (_, i) => points[3 * i]!);
      path = { xs, risks: [...risks] };
    },
    clearPath: () => {
      path = undefined;
    },
  };
  const line = createDrivenLine(lines);
  const recording = recordingOf(10);
  line.draw(recording, 0, 5, 0.5);
  expect(trail).toEqual([0, 1, 2, 3, 4, 5].map((x) => [x, x === 3 || x === 4]));
  expect(path).toEqual({ xs: [5, 6, 7, 8, 9], risks: [0, 0, 1, 0, 0] });
  line.draw(recording, 0, 6, 0.5);
  expect(trail.map(([x]) => x)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  line.draw(recording, 0, 10, 0.5);
  expect(path).toBeUndefined();
  line.draw(recording, 0, 1, 0.5);
  expect(trail.map(([x]) => x)).toEqual([0, 1]);
});

test('[UI-103] the legend tells what the longest arrow and half of it stand for, in newton', () => {
  expect(forceWords({ contact: 247, joint: 0.312 })).toEqual({
    contact: 'longest 250 N, half 62 N',
    joint: 'reddest 0.31 N m (sliding: N)',
  });
  expect(forceWords({ contact: undefined, joint: undefined })).toEqual({ contact: '', joint: '' });
  expect(forceWords(undefined)).toEqual({ contact: '', joint: '' });
});
