/**
 * Speed of learning and acting on this machine:
 * `node --import tsx tests/bench/learner.ts [--backend wasm|native|cpu] [--observation 17] [--actions 6] [--seconds 4]`
 */
import { parseArgs } from 'node:util';
import { createPolicy } from '../../agent/acting/policy.ts';
import { loadBackend } from '../../agent/backend/backend.ts';
import { createPpo } from '../../agent/learners/ppo.ts';
import { createSac } from '../../agent/learners/sac.ts';
import { createRandom } from '../../sim/random.ts';
import { syntheticEpisode, syntheticSpec } from '../agent/synthetic.ts';

const { values } = parseArgs({
  options: {
    backend: { type: 'string', default: 'wasm' },
    observation: { type: 'string', default: '17' },
    actions: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '4' },
  },
});
const d = Number(values.observation);
const k = Number(values.actions);
const seconds = Number(values.seconds);

/** Calls per second, best of three runs: other load only ever slows it down. */
function rate(work: () => unknown, warmUp = 10): number {
  for (let i = 0; i < warmUp; i++) work();
  let best = 0;
  for (let run = 0; run < 3; run++) {
    const start = performance.now();
    let calls = 0;
    while (performance.now() - start < (seconds * 1000) / 3) {
      work();
      calls++;
    }
    best = Math.max(best, (calls * 1000) / (performance.now() - start));
  }
  return best;
}

async function main() {
  const prefer = values.backend as 'onnx' | 'wasm' | 'native' | 'cpu';
  const backend = await loadBackend({ prefer });
  const spec = syntheticSpec(d, k);
  const rows: Record<string, unknown> = { backend: backend.name, observation: d, actions: k };
  for (const hidden of [
    [64, 64],
    [256, 256],
  ]) {
    const random = createRandom(1);
    const sac = createSac(spec, { hidden, learningStarts: 1 }, backend, random);
    sac.observe(syntheticEpisode(spec, 2000, random), 0, 2000);
    rows[`sac ${hidden.join('x')}/256 updates/s`] = Math.round(rate(() => sac.update()));
    const policy = createPolicy(sac.snapshot(0), random);
    const observation = new Float32Array(d).fill(0.3);
    const out = new Float32Array(k);
    const acts = rate(() => {
      for (let i = 0; i < 100; i++) policy.act(observation, out, 'sample');
    });
    rows[`act ${hidden.join('x')} µs`] = Number((1e4 / acts).toFixed(1));
    sac.dispose();
  }
  // PPO with its defaults on an environment that costs nothing: acting and learning alone.
  const random = createRandom(1);
  const ppo = createPpo(spec, {}, backend, random);
  const round = syntheticEpisode(spec, 2048, random);
  const observation = new Float32Array(d);
  const out = new Float32Array(k);
  const rounds = rate(() => {
    const policy = createPolicy(ppo.snapshot(0), random);
    for (let t = 0; t < 2048; t++) {
      observation.set(round.observations.subarray(t * d, (t + 1) * d));
      policy.act(observation, out, 'sample');
    }
    ppo.observe(round, 0, 2048);
    while (ppo.update());
  }, 1);
  rows['ppo 64x64, steps/s'] = Math.round(rounds * 2048);
  ppo.dispose();
  console.log(JSON.stringify(rows, undefined, 2));
}

await main();
