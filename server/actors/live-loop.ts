/**
 * The live loop: one environment at its own pace, a person may take it over. Independent of threads
 * and clocks, so that tests drive it step by step.
 */

import { takenFrom } from '../../agent/acting/counterfactual.ts';
import { createPolicy } from '../../agent/acting/policy.ts';
import type { Episode, EpisodeEnd, PolicySnapshot } from '../../agent/contract.ts';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import { createEpisodeRecorder } from '../../agent/episode/episodes.ts';
import { type Environment, type EnvState, POSE_SIZE, type TimeStep } from '../../sim/contract.ts';
import { createRandom } from '../../sim/random.ts';
import { clipInto } from '../../sim/spaces.ts';
import { encodeFrame, encodePath, FLAG, type Frame } from '../protocol/index.ts';
import { createControl } from './control.ts';
import type { ActorData, LiveCommand, LiveEvent, Request } from './messages.ts';
import { createOverlays } from './overlays.ts';
import { createPathPredictor } from './path-predictor.ts';
import { hasOneScene, sceneIdOf } from './scene-id.ts';
import { createTakeOverRequest } from './take-over-request.ts';

/** Steps between chunks for the learner, and between saved states. */
const CHUNK = 10;
const STATE_EVERY = 10;

type OverrideCause = Extract<LiveEvent, { type: 'override' }>['cause'];

export interface LiveLoop {
  readonly paused: boolean;
  readonly speed: number;
  command(command: LiveCommand, now: number): void;
  /** One control step at wall clock `now` (ms). */
  tick(now: number): void;
}

export function createLiveLoop(
  env: Environment,
  copy: Environment,
  data: ActorData,
  emit: (event: LiveEvent, transfer?: ArrayBuffer[]) => void,
  clock: () => number,
): LiveLoop {
  const random = createRandom(data.seed, 100);
  const safe = Float32Array.from(data.safeAction);
  const control = createControl(safe);
  const request = createTakeOverRequest(env.controlDt);
  const k = env.actionSpace.size;
  const policyAction = new Float32Array(k);
  const wanted = new Float32Array(k);
  const action = new Float32Array(k);
  const oneScene = hasOneScene(env, data.trainSeeds.start);
  let ts: TimeStep = env.reset(data.trainSeeds.start);
  const poses = new Float32Array(env.scene.bodies.length * POSE_SIZE);
  const recorder = createEpisodeRecorder({
    runId: data.runId,
    environmentId: data.environmentId,
    configHash: data.configHash,
    observationSize: env.observationSpace.size,
    actionSize: k,
    bodies: env.scene.bodies.length,
    keepPoses: true,
    stateEvery: STATE_EVERY,
  });
  const predictor = createPathPredictor(copy);
  const overlays = createOverlays(env);
  let policy: ReturnType<typeof createPolicy> | undefined;
  let sceneId = 0;
  let episodeNumber = 0;
  let episodeId = '';
  let seed = 0;
  let nextSeed: number | undefined;
  let sent = 0;
  let paused = false;
  let viewers = 0;
  /** What the newest prediction of this episode says of now; NaN without one. */
  let risk = Number.NaN;
  let speed = 1;
  let predicted = Number.NaN;
  let sequence = 0;
  let flags = 0;
  let lastHuman = false;
  /** The request that was reported. */
  let told: Request = 'none';
  /** `ts.step` at which the open episode begins. */
  let firstStep = 0;
  let lineage: { step: number; state: EnvState }[] = [];
  /** Steps of the open episode on which a person asked for more than the space allows. */
  let clipped = 0;
  /** Whose hands were on the wheel before: the policy that a takeover overrules. */
  let acting: PolicySnapshot | undefined;
  let takeover: { from: number; state: EnvState; snapshot: PolicySnapshot } | undefined;

  function begin(now: number): void {
    seed = nextSeed ?? data.trainSeeds.start + random.integer(data.trainSeeds.count);
    nextSeed = undefined;
    ts = env.reset(seed);
    lineage = [];
    const id = sceneIdOf(seed, oneScene);
    if (id !== sceneId) emit({ type: 'scene', sceneId: id, seed, scene: env.scene });
    sceneId = id;
    open(now);
    flags = FLAG.first | FLAG.jump;
    report();
    show(now);
  }

  /** A new episode from the environment's present state, which `branchOf` says how it came about. */
  function open(now: number, branchOf?: { episodeId: string; step: number }): void {
    episodeNumber++;
    episodeId = `${data.session}-${data.actor}-${episodeNumber}`;
    recorder.begin(episodeId, seed, now, env, ts, branchOf);
    firstStep = ts.step;
    sent = 0;
    clipped = 0;
    risk = Number.NaN;
    request.reset();
    control.asks = false;
    remember();
  }

  /** States to rewind to, across the branches that led here. */
  function remember(): void {
    if (ts.step % STATE_EVERY === 0) lineage.push({ step: ts.step, state: env.saveState() });
  }

  function report(): void {
    told = request.now;
    emit({
      type: 'state',
      state: control.stopped ? 'stopped' : paused ? 'paused' : 'running',
      speed,
      sceneId,
      episodeId,
      episodeNumber,
      seed,
      step: recorder.length,
      controller: control.controller,
      request: told,
      releaseTo: control.releaseTo,
      policyVersion: policy?.version ?? 0,
    });
  }

  /** Encode what is there once; every viewer gets the same bytes. */
  function show(now: number): void {
    env.writePoses(poses);
    if (paused) flags |= FLAG.paused;
    if (control.controller === 'human') flags |= FLAG.human;
    if (control.controller === 'safe') flags |= FLAG.safe;
    if (ts.info.success) flags |= FLAG.success;
    if (ts.kind === 'last') flags |= FLAG.last;
    const looksAhead = policy && viewers > 0 && ts.kind !== 'last';
    const path = looksAhead ? predictor.predict(env, policy!, clock) : undefined;
    if (path) risk = path.risks[0]!;
    const frame: Frame = {
      flags,
      sceneId,
      episodeNumber,
      step: recorder.length,
      time: ts.time,
      sentAt: now,
      policyVersion: policy?.version ?? 0,
      speed,
      reward: ts.reward,
      predictedReward: predicted,
      cost: ts.info.cost,
      risk,
      inputSequence: sequence,
      action,
      policyAction,
      poses,
    };
    flags = 0;
    overlays.addTo(frame);
    const buffer = encodeFrame(frame);
    if (!path) {
      emit({ type: 'frame', buffer }, [buffer]);
      return;
    }
    const bytes = encodePath({ sceneId, episodeNumber, step: recorder.length, ...path });
    emit({ type: 'frame', buffer, path: bytes }, [buffer, bytes]);
  }

  function sendChunk(): void {
    if (recorder.length === sent && recorder.episode().end === 'open') return;
    const chunk = sliceEpisode(
      recorder.episode(),
      Math.min(sent, recorder.length),
      recorder.length,
    );
    sent = recorder.length;
    emit({ type: 'chunk', chunk });
  }

  function endOverride(cause: OverrideCause): void {
    if (!takeover) return;
    const { from, state, snapshot } = takeover;
    takeover = undefined;
    const to = recorder.length;
    if (to <= from) return;
    sendChunk();
    const taken = takenFrom(recorder.episode(), from, to);
    const what = { episodeId, from, to, seed, state, snapshot, taken, cause };
    emit({ type: 'override', ...what });
  }

  const counted = () => ({ clippedActions: clipped, askedSteps: request.askedSteps });

  function close(end: EpisodeEnd, reason: string, cause: OverrideCause): void {
    endOverride(cause);
    recorder.end(end);
    sendChunk();
    emit({
      type: 'episode',
      episode: detach(recorder.episode(), counted()),
      endReason: reason,
      sceneId,
    });
  }

  function finish(end: EpisodeEnd, now: number, reason: string): void {
    close(end, reason, 'episode-end');
    begin(now);
  }

  function step(now: number): void {
    if (!policy) return;
    const before = control.controller;
    policy.act(ts.observation, policyAction, 'sample');
    const { expired } = control.decide(policyAction, now, wanted);
    const beyond = clipInto(env.actionSpace, wanted, action);
    control.asks =
      request.step(control.controller, ts.observation, policyAction, action) === 'take-over';
    if (control.controller === 'safe') clipInto(env.actionSpace, safe, action); // it may ask and brake
    const human = control.controller === 'human';
    if (human && beyond > 0) {
      clipped++;
      emit({ type: 'clipped' });
    }
    if (human && !takeover)
      takeover = { from: recorder.length, state: env.saveState(), snapshot: acting! };
    if (!human && takeover) endOverride(expired ? 'watchdog' : 'released');
    if (control.controller !== before || human !== lastHuman) flags |= FLAG.handover;
    sequence = control.sequence;
    ts = env.step(action);
    const changed = human !== lastHuman || expired || request.now !== told;
    lastHuman = human;
    recorder.step(env, ts, action, policyAction, human ? 'human' : 'policy', policy.version);
    remember();
    if (changed) report();
    show(now);
    if (recorder.length - sent >= CHUNK) sendChunk();
    if (ts.kind === 'last') {
      finish(ts.discount === 0 ? 'terminated' : 'truncated', now, ts.info.endReason);
    }
  }

  /** What was driven stays on record as an aborted episode; life goes on in a branch of it. */
  function rewind(seconds: number, now: number): void {
    const target = Math.max(0, ts.step - Math.round(seconds / env.controlDt));
    const to = lineage.findLast((s) => s.step <= target) ?? lineage[0];
    if (!to) return;
    const branchOf = { episodeId, step: Math.max(0, to.step - firstStep) };
    close('aborted', 'rewind', 'rewind');
    ts = env.loadState(to.state);
    lineage = lineage.filter((s) => s.step < to.step);
    open(now, branchOf);
    control.release();
    lastHuman = false;
    paused = true;
    flags |= FLAG.jump;
    report();
    show(now);
  }

  function command(c: LiveCommand, now: number): void {
    switch (c.type) {
      case 'snapshot':
        request.setGate(c.gate);
        setSnapshot(c.snapshot, now);
        return;
      case 'input':
        if (c.input.values.length !== k || c.input.episodeNumber !== episodeNumber) return;
        control.input(c.input, now);
        if (paused && !control.stopped && c.input.activeAxes !== 0) paused = false; // taking over starts the world again
        break;
      case 'release':
        control.release();
        break;
      case 'release-to':
        control.releaseTo = c.target;
        break;
      case 'estop':
        endOverride('estop');
        control.estop();
        break;
      case 'play':
        paused = false;
        control.resume();
        break;
      case 'pause':
        paused = true;
        break;
      case 'step':
        if (paused) step(now);
        break;
      case 'viewers':
        viewers = c.count;
        return;
      case 'speed':
        speed = c.factor;
        break;
      case 'reset':
        nextSeed = c.seed;
        if (policy) finish('aborted', now, 'reset');
        return;
      case 'rewind':
        rewind(c.seconds, now);
        return;
      case 'overlays':
        overlays.want(c.viewer, c.on);
        if (paused && policy) show(now);
        return;
      case 'predicted':
        predicted = c.value;
        return;
      case 'resend':
        sent = 0;
        if (recorder.length > 0) sendChunk();
        return;
      case 'flush':
        if (recorder.length > 0) {
          sendChunk();
          emit({
            type: 'episode',
            episode: detach(recorder.episode(), counted()),
            endReason: '',
            sceneId,
          });
        }
        emit({ type: 'flushed', tag: c.tag });
        return;
      case 'close':
        if (policy) close('aborted', 'shutdown', 'episode-end');
        return;
    }
    report();
    if (paused && c.type !== 'input') show(now);
  }

  function setSnapshot(snapshot: PolicySnapshot, now: number): void {
    acting = snapshot;
    if (policy) policy.setSnapshot(snapshot);
    else {
      policy = createPolicy(snapshot, createRandom(data.seed, 101));
      begin(now);
    }
    emit({ type: 'snapshot-in-use', version: snapshot.version });
  }

  return {
    get paused() {
      return paused;
    },
    get speed() {
      return speed;
    },
    command,
    tick(now) {
      if (!paused) step(now);
    },
  };
}

/** Own copies of the views, fit to be sent; `more` is counted beside what the recorder counts. */
function detach(e: Episode, more: Record<string, number>): Episode {
  const copy: Record<string, unknown> = { ...e, summary: { ...e.summary, ...more } };
  for (const [name, value] of Object.entries(e)) {
    if (ArrayBuffer.isView(value)) copy[name] = (value as Float32Array).slice();
  }
  return copy as unknown as Episode;
}
