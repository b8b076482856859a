import { expect, test } from 'vitest';
import { planFilm, SIZES } from '../../../trainer-ui/episodes/film/plan.ts';
import { type Shooting, shoot } from '../../../trainer-ui/episodes/film/shoot.ts';

const plan = planFilm({ format: 'webm', size: SIZES[0]!, from: 3, to: 8, dt: 0.1, speed: 1 });

/** A stage and a file that write down what is asked of them. */
function rig(options: Partial<Shooting> = {}) {
  const done: string[] = [];
  const abort = new AbortController();
  let compiling = 2;
  const shooting: Shooting = {
    stage: {
      hold: (size) => void done.push(size ? `hold ${size.width}` : 'let go'),
      render(dt) {
        done.push(`render ${dt.toFixed(3)}`);
        return compiling-- <= 0;
      },
    },
    plan,
    signal: abort.signal,
    open: async () => ({
      add: async () => void done.push('add'),
      finish: async () => new Blob(['film']),
      cancel: () => void done.push('cancel'),
    }),
    breath: () => new Promise((resolve) => setImmediate(resolve)),
    place: async (row) => void done.push(`place ${row.toFixed(3)}`),
    onPicture() {},
    ...options,
  };
  return { done, abort, shooting };
}

test('[UI-44] every picture of a film is placed, drawn and taken once, in order, whatever the time it takes', async () => {
  const taken: number[] = [];
  const { done, shooting } = rig({ onPicture: (n) => taken.push(n) });
  expect(await (await shoot(shooting)).text()).toBe('film');
  // Shaders were not ready twice: nothing was taken by then.
  expect(done.slice(0, 5)).toEqual([
    'hold 320',
    'place 3.000',
    ...Array(3).fill('render 1000.000'),
  ]);
  const pictures = done.slice(5, -1);
  expect(pictures).toHaveLength(3 * plan.pictures);
  for (let i = 0; i < plan.pictures; i++)
    expect(pictures.slice(3 * i, 3 * i + 3)).toEqual([
      `place ${plan.rowOf(i).toFixed(3)}`,
      `render ${(i === 0 ? 1000 : 1 / 30).toFixed(3)}`,
      'add',
    ]);
  expect(done.at(-1)).toBe('let go');
  expect(taken).toEqual(Array.from({ length: plan.pictures }, (_, i) => i + 1));
});

test('[UI-44] a film that is cancelled ends after the picture, and the stage is let go of', async () => {
  const { done, abort, shooting } = rig({ onPicture: (n) => n === 4 && abort.abort() });
  await expect(shoot(shooting)).rejects.toThrow(/abort/i);
  expect(done.filter((what) => what === 'add')).toHaveLength(4);
  expect(done.slice(-2)).toEqual(['cancel', 'let go']);
});

test('[UI-44] a film is cancelled while its pictures are put together', async () => {
  const { abort, shooting, done } = rig();
  const waits: Shooting = {
    ...shooting,
    open: async () => ({
      ...(await shooting.open()),
      finish() {
        setTimeout(() => abort.abort());
        return new Promise<Blob>(() => {});
      },
    }),
  };
  await expect(shoot(waits)).rejects.toThrow(/abort/i);
  expect(done.slice(-2)).toEqual(['cancel', 'let go']);
});

test('[UI-44] what fails while a film is made lets go of the stage', async () => {
  const { done, shooting } = rig({
    place: async (row) => {
      if (row > 4) throw new Error('no such row');
    },
  });
  await expect(shoot(shooting)).rejects.toThrow('no such row');
  expect(done.slice(-2)).toEqual(['cancel', 'let go']);
});
