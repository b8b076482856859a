import { expect, test } from 'vitest';
import { drivingMirror } from '../../../../sim/driving/frame/mirror.ts';
import { drivingEnvironments } from '../../../../sim/driving/index.ts';
import { createRandom } from '../../../../sim/random.ts';
import { mirrorInto } from '../../../../sim/spaces.ts';

const driving = drivingEnvironments.find((factory) => factory.id === 'driving')!;

test('[DRIVE-30] the mirror image of the mirror image is the original', async () => {
  const env = await driving.create();
  const random = createRandom(3);
  const { observationSpace: space } = env;
  const original = Float32Array.from({ length: space.size }, () => random.next());
  const once = new Float32Array(space.size);
  const twice = new Float32Array(space.size);
  mirrorInto(space, original, once, 0);
  mirrorInto(space, once, twice, 0);
  expect([...once]).not.toEqual([...original]);
  for (let j = 0; j < space.size; j++) expect(twice[j]).toBeCloseTo(original[j]!, 6);
  env.close();
});

test('[DRIVE-30] a mirrored driver on a straight road sees the mirror image at every step', async () => {
  // From the middle of three lanes of an empty straight road, left and right are the same.
  const options = { map: 'SSS', density: 0, accidentProb: 0 };
  const left = await driving.create(options);
  const right = await driving.create(options);
  const { observationSpace: space, actionSpace } = left;
  const image = new Float32Array(space.size);
  const mirrored = new Float32Array(2);
  const random = createRandom(5);
  const seed = await middleLaneSeed(options);
  let a = left.reset(seed);
  let b = right.reset(seed);
  for (let t = 0; t < 25; t++) {
    mirrorInto(space, a.observation, image, 0);
    for (let j = 0; j < space.size; j++) {
      expect(b.observation[j], `${space.names![j]} at step ${t}`).toBeCloseTo(image[j]!, 4);
    }
    const action = Float32Array.of(random.uniform(-0.4, 0.4), random.uniform(0, 1));
    mirrorInto(actionSpace, action, mirrored, 0);
    a = left.step(action);
    b = right.step(mirrored);
  }
  left.close();
  right.close();
});

/** A seed whose agent starts in the middle of the road, where both borders are as far away. */
async function middleLaneSeed(options: Record<string, unknown>): Promise<number> {
  const env = await driving.create(options);
  for (let seed = 100; seed < 140; seed++) {
    const [l, r] = env.reset(seed).observation;
    if (Math.abs(l! - r!) < 1e-3) return seed;
  }
  throw new Error('no seed starts in the middle lane');
}

test('[DRIVE-31] there is no mirror where a name has no known image', () => {
  expect(drivingMirror(['heading', 'car1.left'], false)).toBeUndefined();
  expect(drivingMirror(['heading', 'lidar0', 'lidar1'], false)?.sign).toEqual(
    Int8Array.of(-1, 1, 1),
  );
});
