/**
 * A free-running actor: episodes as fast as the learner asks for them (credit), and counterfactuals
 * between two steps.
 */
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import {
  type CounterfactualOptions,
  type Predictions,
  predictionsId,
  rollCounterfactual,
  rollPredictions,
  type Taken,
} from '../../agent/acting/counterfactual.ts';
import { createPolicy } from '../../agent/acting/policy.ts';
import type { Episode, Policy } from '../../agent/contract.ts';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import { buffersOf } from '../../agent/episode/columns.ts';
import { copyEpisode } from '../../agent/episode/copy.ts';
import { createEpisodeRecorder } from '../../agent/episode/recorder.ts';
import { replay } from '../../agent/episode/replay.ts';
import type { EnvState, TimeStep } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { createEnvironment } from '../../sim/registry.ts';
import { sayLastWord } from '../threads/last-word.ts';
import { infoOf } from './facts.ts';
import type { ActorThreadData, RolloutCommand, RolloutEvent } from './messages.ts';
import { randomStreamOf } from './random-stream.ts';
import { hasOneScene } from './scene-id.ts';
import { senseAgain } from './sense-again.ts';
import { StepPermit } from './step-permit.ts';
import { episodeBuffers } from './transfer.ts';

/** Steps between chunks for the learner, at least; messages are heard in between. */
const CHUNK = 25;
/** How long a chunk may take, ms: then messages are heard, such as a newer policy. */
const CHUNK_MS = 20;

const data = workerData as ActorThreadData;
const pace = data.pace ?? { longestChunk: CHUNK, keepPoses: true };
const port = parentPort!;
const env = await createEnvironment(data.environmentId, data.environmentOptions);
/** Another environment, for counterfactuals and scenes. */
const branch = await createEnvironment(data.environmentId, data.environmentOptions);
const random = createRandom(data.seed, randomStreamOf(data.actor));
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
  keepPoses: pace.keepPoses || env.picture !== undefined, // another program's, of any version
  reuse: true,
});
const action = new Float32Array(env.actionSpace.size);
const permit = new StepPermit();
/** There is one by the time the permit allows a step. */
let policy: Policy | undefined;

function emit(event: RolloutEvent, transfer: ArrayBuffer[] = []): void {
  port.postMessage(event, transfer);
}

port.on('message', (command: RolloutCommand) => {
  switch (command.type) {
    case 'snapshot':
      if (policy) policy.setSnapshot(command.snapshot);
      else policy = createPolicy(command.snapshot, random);
      permit.allowPolicy();
      return;
    case 'credit':
      permit.grant(command.steps);
      return;
    case 'counterfactual':
      counterfactual(command);
      return;
    case 'replay':
      draw(command.episode);
      return;
    case 'sense':
      emit({ type: 'sensed', tag: command.tag, sensed: senseAgain(branch, command.stretch) });
      return;
    case 'scene':
      branch.reset(command.seed);
      emit({ type: 'scene', sceneId: command.sceneId, scene: branch.scene });
      return;
    case 'close':
      permit.close();
      sayLastWord(port);
      return;
  }
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
  const episode = copyEpisode(rollCounterfactual(branch, c.state, overruled, seconds, options));
  const { endReason } = branch.loadState(branch.saveState()).info; // it is left where it ended
  const predictions = c.predict && predict(c.state, c.predict, options);
  emit(
    {
      type: 'counterfactual',
      id: c.id,
      episode,
      endReason,
      ...(predictions ? { predictions } : {}),
    },
    [...episodeBuffers(episode), ...(predictions ? episodeBuffers(predictions.episode) : [])],
  );
}

function predict(
  state: EnvState,
  { taken, steps }: { taken: Taken; steps: number },
  options: CounterfactualOptions,
): Predictions {
  const id = predictionsId(options.branchOf.episodeId, options.branchOf.step);
  const { episode, segments } = rollPredictions(branch, state, taken, steps, { ...options, id });
  return { episode: copyEpisode(episode), segments };
}

function draw(episode: Episode): void {
  const drawing = replay(branch, episode);
  const buffers = drawing ? [drawing.poses.buffer as ArrayBuffer] : [];
  emit({ type: 'replayed', episodeId: episode.id, drawing }, buffers);
}

/** Plays an episode to its end, or until the actor is closed. */
async function play(number: number): Promise<void> {
  const seed = trainSeeds.start + random.integer(trainSeeds.count);
  let ts = env.reset(seed);
  recorder.begin(`${data.session}-${data.actor}-${number}`, seed, Date.now(), env, ts);
  while (ts.kind !== 'last') {
    if (!(await permit.wait())) return;
    ts = playChunk(ts, policy!);
    await setImmediate(); // messages come in between
  }
  const { endReason } = ts.info;
  const episode = { ...copyEpisode(recorder.episode()), endReason };
  emit({ type: 'episode', episode, endReason }, episodeBuffers(episode));
}

/** The next steps from `ts` on; returns where they led. */
function playChunk(from: TimeStep, by: Policy): TimeStep {
  const sent = recorder.length;
  const began = performance.now();
  let ts = from;
  do {
    for (let i = 0; i < CHUNK && ts.kind !== 'last'; i++) {
      by.act(ts.observation, action, 'sample');
      ts = env.step(action);
      recorder.step(env, ts, action, action, 'policy', by.version);
      permit.spend();
    }
  } while (ts.kind !== 'last' && mayGoOn(recorder.length - sent, began));
  if (ts.kind === 'last') recorder.end(ts.discount === 0 ? 'terminated' : 'truncated');
  const chunk = sliceEpisode(recorder.episode(), sent, recorder.length);
  emit({ type: 'chunk', chunk }, buffersOf(chunk));
  return ts;
}

/** Whether a chunk of so many steps, begun then, is to have more. */
function mayGoOn(steps: number, began: number): boolean {
  return (
    steps + CHUNK <= pace.longestChunk && permit.isGranted && performance.now() - began < CHUNK_MS
  );
}

emit({ type: 'ready', oneScene });
for (let number = 1; !permit.isClosed; number++) await play(number);
env.close();
branch.close();
