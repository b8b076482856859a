/**
 * Checksums of what happens on 50 roads in up to 500 steps each, one per road: observations, rewards, metrics,
 * poses and saved states, with rewinds in between. Prints them: `node --import tsx tests/sim/driving/trajectories.ts`
 */
import { createHash } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import type { Environment, Expert } from '../../../sim/contract.ts';
import { drivingEnvironments } from '../../../sim/driving/index.ts';
import { createRandom } from '../../../sim/random.ts';

const ROADS = 50;
const STEPS = 500;
const random = createRandom(7);

export async function trajectories(): Promise<string[]> {
  const factory = drivingEnvironments.find((f) => f.id === 'driving')!;
  const env = await factory.create({});
  const driver = factory.createExpert!(env);
  return Array.from({ length: ROADS }, (_, road) => checksum(env, driver, road));
}

/** Every other driver strays; one in ten acts at random. */
function act(driver: Expert, road: number, action: Float32Array): void {
  driver.act(action);
  if (road % 2 === 1) action[0]! += 0.3 * random.normal();
  if (road % 10 === 9) action.set([2 * random.next() - 1, random.next()]);
}

function checksum(env: Environment, driver: Expert, road: number): string {
  const hash = createHash('sha256');
  const add = (numbers: Float32Array | Float64Array) => hash.update(new Uint8Array(numbers.buffer));
  const action = new Float32Array(2);
  random.reseed(road);
  let ts = env.reset(100 + road);
  const poses = new Float32Array(7 * env.scene.bodies.length);
  for (let k = 0; k < STEPS && ts.kind !== 'last'; k++) {
    act(driver, road, action);
    ts = env.step(action);
    add(ts.observation);
    hash.update(JSON.stringify([ts.kind, ts.reward, ts.discount, ts.info]));
    if (k % 50 !== 25) continue;
    const saved = env.saveState();
    add(saved);
    for (let i = 0; i < 5 && ts.kind !== 'last'; i++) ts = env.step(action);
    env.writePoses(poses);
    add(poses);
    ts = env.loadState(saved);
    add(ts.observation);
  }
  return hash.digest('hex').slice(0, 16);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  console.log(JSON.stringify(await trajectories(), undefined, 2));
}
