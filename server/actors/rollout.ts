/**
 * A free-running actor: episodes as fast as the learner asks for them (credit), and counterfactuals
 * between two steps.
 */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import {
  type CounterfactualOptions,
  type Predictions,
  rollCounterfactual,
  rollPredictions,
  type Taken,
} from '../../agent/acting/counterfactual.ts';
import { createPolicy } from '../../agent/acting/policy.ts';
import type { Episode, Policy } from '../../agent/contract.ts';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import { createEpisodeRecorder } from '../../agent/episode/episodes.ts';
import type { EnvState, TimeStep } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { createEnvironment } from '../../sim/registry.ts';
import { infoOf } from './facts.ts';
import type { ActorThreadData, RolloutCommand, RolloutEvent } from './messages.ts';
import { hasOneScene } from './scene-id.ts';

const CHUNK = 25;

const data = workerData as ActorThreadData;
const port = parentPort!;
const env = await createEnvironment(data.environmentId, data.environmentOptions);
const branch = await createEnvironment(data.environmentId, data.environmentOptions);
const random = createRandom(data.seed, 200 + data.actor.length + (data.actor.charCodeAt(1) || 0));
const emit = (event: RolloutEvent) => port.postMessage(event);
const { trainSeeds } = infoOf(data.environmentId, env);
const oneScene = hasOneScene(branch, trainSeeds.start);
env.reset(trainSeeds.start);
const recorder = createEpisodeRecorder({
  runId: data.runId,
  environmentId: data.environmentId,
  configHash: data.configHash,
  observationSize: env.observationSpace.size,
  actionSize: env.actionSpace.size,
  bodies: env.scene.bodies.length,
  keepPoses: true,
});
const action = new Float32Array(env.actionSpace.size);
let policy: Policy | undefined;
let credit = 0;
let closed = false;
let wake: (() => void) | undefined;

port.on('message', (command: RolloutCommand) => {
  switch (command.type) {
    case 'snapshot':
      if (policy) policy.setSnapshot(command.snapshot);
      else policy = createPolicy(command.snapshot, random);
      break;
    case 'credit':
      credit += command.steps;
      break;
    case 'counterfactual':
      counterfactual(command);
      break;
    case 'scene':
      branch.reset(command.seed);
      emit({ type: 'scene', sceneId: command.sceneId, scene: branch.scene });
      break;
    case 'close':
      closed = true;
      port.close();
      break;
  }
  wake?.();
});

function counterfactual(c: Extract<RolloutCommand, { type: 'counterfactual' }>): void {
  const overruled = createPolicy(c.snapshot, random);
  const options = {
    id: c.id,
    runId: data.runId,
    configHash: data.configHash,
    branchOf: c.of,
    seed: c.seed,
    startedAt: Date.now(),
  };
  const seconds = c.steps * branch.controlDt;
  const episode = rollCounterfactual(branch, c.state, overruled, seconds, options);
  const { endReason } = branch.loadState(branch.saveState()).info; // it is left where it ended
  const predictions = c.predict && predict(c.state, c.predict, options);
  emit({
    type: 'counterfactual',
    id: c.id,
    episode: plain(episode),
    endReason,
    ...(predictions ? { predictions } : {}),
  });
}

function predict(
  state: EnvState,
  { taken, steps }: { taken: Taken; steps: number },
  options: CounterfactualOptions,
): Predictions {
  const id = `${options.id}-paths`;
  const { episode, segments } = rollPredictions(branch, state, taken, steps, { ...options, id });
  return { episode: plain(episode), segments };
}

function endOf(ts: TimeStep): Episode['end'] {
  if (ts.kind !== 'last') return 'aborted';
  return ts.discount === 0 ? 'terminated' : 'truncated';
}

/** `postMessage` clones what it is given: a view would take its whole store along. */
function plain(e: Episode): Episode {
  const copy: Record<string, unknown> = { ...e };
  for (const [name, value] of Object.entries(e)) {
    if (ArrayBuffer.isView(value)) copy[name] = (value as Float32Array).slice();
  }
  return copy as unknown as Episode;
}

emit({ type: 'ready', oneScene });
for (let number = 1; !closed; number++) await episode(number);
env.close();
branch.close();

async function episode(number: number): Promise<void> {
  const seed = trainSeeds.start + random.integer(trainSeeds.count);
  let ts = env.reset(seed);
  recorder.begin(`${data.session}-${data.actor}-${number}`, seed, Date.now(), env, ts);
  let sent = 0;
  while (ts.kind !== 'last') {
    if (!(await allowed())) return;
    for (let i = 0; i < CHUNK && ts.kind !== 'last'; i++) {
      policy!.act(ts.observation, action, 'sample');
      ts = env.step(action);
      recorder.step(env, ts, action, action, 'policy', policy!.version);
      credit--;
    }
    if (ts.kind === 'last') recorder.end(endOf(ts));
    emit({ type: 'chunk', chunk: sliceEpisode(recorder.episode(), sent, recorder.length) });
    sent = recorder.length;
    await setImmediate(); // messages come in between
  }
  emit({ type: 'episode', episode: plain(recorder.episode()), endReason: ts.info.endReason });
}

/** Waits for a policy and credit; false: closed meanwhile. */
async function allowed(): Promise<boolean> {
  while (!closed && (!policy || credit <= 0)) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  return !closed;
}
