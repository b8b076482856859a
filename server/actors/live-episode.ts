/**
 * The open episode of the live loop: recorded step by step, sent to the learner in chunks, closed as
 * a whole, and continued as a branch after a rewind.
 */
import type { ActionSource, EpisodeEnd } from '../../agent/contract.ts';
import { sliceEpisode } from '../../agent/episode/chunks.ts';
import { buffersOf } from '../../agent/episode/columns.ts';
import { copyEpisode } from '../../agent/episode/copy.ts';
import { createEpisodeRecorder, type EpisodeRecorder } from '../../agent/episode/recorder.ts';
import type { Environment, EnvState, TimeStep } from '../../sim/contract.ts';
import type { ActorData, EmitLive, RecordingStart } from './messages.ts';
import { sceneIdOf } from './scene-id.ts';
import { episodeBuffers } from './transfer.ts';

/** Steps between chunks for the learner, and between saved states. */
const CHUNK = 10;
const STATE_EVERY = 10;
/** States to rewind to; beyond, every other one of the older half goes. */
const MOST_SAVED = 256;

/** A state to rewind to; `step` counts from the last reset, across branches. */
interface SavedState {
  readonly step: number;
  readonly state: EnvState;
}

export class LiveEpisode {
  /** Counts the episodes of this thread; 0: none yet. */
  number = 0;
  /** A person drives it to keep or to discard it: until they have kept it, the learner hears nothing of it. */
  isRecording = false;
  id = '';
  seed = 0;
  sceneId = 0;
  /** Steps on which a person asked for more than the space allows. */
  clippedActions = 0;
  /** Fastest real-time factor so far; 0 before the first step. */
  #speed = 0;
  /** Steps on which the agent asked for a person, at the latest record or close. */
  askedSteps = 0;
  readonly #env: Environment;
  readonly #data: ActorData;
  readonly #emit: EmitLive;
  readonly #recorder: EpisodeRecorder;
  readonly #oneScene: boolean;
  /** Steps that the learner has. */
  #sent = 0;
  /** Steps since the reset at which this episode branched off; 0 where it did not. */
  #firstStep = 0;
  #saved: SavedState[] = [];

  /** `oneScene`: every seed has the same scene. */
  constructor(env: Environment, data: ActorData, oneScene: boolean, emit: EmitLive) {
    this.#env = env;
    this.#data = data;
    this.#emit = emit;
    this.#oneScene = oneScene;
    this.#recorder = createEpisodeRecorder({
      runId: data.runId,
      environmentId: data.environmentId,
      configHash: data.configHash,
      observationSize: env.observationSpace.size,
      actionSize: env.actionSpace.size,
      bodies: env.scene.bodies.length,
      keepPoses: true,
      reuse: true,
      stateEvery: STATE_EVERY,
    });
  }

  /** Steps so far. */
  get length(): number {
    return this.#recorder.length;
  }

  /** States that it can be rewound to. */
  get savedStates(): number {
    return this.#saved.length;
  }

  /** A new episode from `seed`; `now` is the wall clock, ms. */
  reset(seed: number, now: number): TimeStep {
    this.isRecording = false;
    const ts = this.#reset(seed);
    this.#open(ts, now);
    return ts;
  }

  /** A new episode from there, which is a recording. */
  startRecording({ branch }: RecordingStart, seed: number, now: number): TimeStep {
    this.isRecording = true;
    let ts = this.#reset(seed);
    if (branch) {
      if (branch.state) ts = this.#env.loadState(branch.state);
      const k = this.#env.actionSpace.size;
      for (let at = 0; at < branch.actions.length; at += k)
        ts = this.#env.step(branch.actions.subarray(at, at + k));
    }
    this.#open(ts, now, branch?.of);
    return ts;
  }

  #reset(seed: number): TimeStep {
    const ts = this.#env.reset(seed);
    this.seed = seed;
    this.#saved = [];
    const sceneId = sceneIdOf(seed, this.#oneScene);
    if (sceneId !== this.sceneId)
      this.#emit({ type: 'scene', sceneId, seed, scene: this.#env.scene });
    this.sceneId = sceneId;
    return ts;
  }

  /** Closes the episode and continues `seconds` earlier in a branch of it; undefined: there is nothing to go back to. */
  rewind(seconds: number, now: number): TimeStep | undefined {
    const target = this.#firstStep + this.length - Math.round(seconds / this.#env.controlDt);
    const to = this.#saved.findLast((s) => s.step <= Math.max(0, target)) ?? this.#saved[0];
    if (!to) return undefined;
    const branchOf = { episodeId: this.id, step: Math.max(0, to.step - this.#firstStep) };
    this.close('aborted', 'rewind');
    const ts = this.#env.loadState(to.state);
    this.#saved = this.#saved.filter((s) => s.step < to.step);
    this.#open(ts, now, branchOf);
    return ts;
  }

  #open(ts: TimeStep, now: number, branchOf?: { episodeId: string; step: number }): void {
    this.number++;
    this.id = `${this.#data.session}-${this.#data.actor}-${this.number}`;
    this.#recorder.begin(this.id, this.seed, now, this.#env, ts, branchOf);
    this.#firstStep = ts.step;
    this.#sent = 0;
    this.clippedActions = 0;
    this.askedSteps = 0;
    this.#speed = 0;
    this.#saveState(ts);
  }

  #saveState(ts: TimeStep): void {
    if (ts.step % STATE_EVERY !== 0 && this.#saved.length > 0) return;
    this.#saved.push({ step: ts.step, state: this.#env.saveState() });
    if (this.#saved.length > MOST_SAVED)
      this.#saved = this.#saved.filter((_, i) => i % 2 === 0 || i >= MOST_SAVED / 2);
  }

  /** The step that led to `ts`; `speed` is the real-time factor. */
  record(
    ts: TimeStep,
    action: Float32Array,
    policyAction: Float32Array,
    source: ActionSource,
    policyVersion: number,
    speed = 1,
  ): void {
    this.#speed = Math.max(this.#speed, speed);
    this.#recorder.step(this.#env, ts, action, policyAction, source, policyVersion);
    this.#saveState(ts);
  }

  /** A person asked for more than the space allows. */
  countClipped(): void {
    this.clippedActions++;
    this.#emit({ type: 'clipped' });
  }

  /** A chunk for the learner once there are enough new steps. */
  sendDueChunk(): void {
    if (this.length - this.#sent >= CHUNK) this.sendChunk();
  }

  /** Sends the steps that the learner does not have, or the news that the episode ended. */
  sendChunk(): void {
    if (this.isRecording) return;
    const { length } = this;
    const episode = this.#recorder.episode();
    if (length === this.#sent && episode.end === 'open') return;
    const chunk = sliceEpisode(episode, Math.min(this.#sent, length), length);
    this.#sent = length;
    this.#emit({ type: 'chunk', chunk }, buffersOf(chunk));
  }

  /** A new learner knows nothing of this episode yet. */
  resend(): void {
    this.#sent = 0;
    if (this.length > 0) this.sendChunk();
  }

  /** The open episode as it stands, if it has steps. */
  flush(): void {
    if (this.length === 0) return;
    this.sendChunk();
    this.#send('');
  }

  close(end: EpisodeEnd, reason: string): void {
    this.#recorder.end(end);
    this.sendChunk();
    this.#send(reason);
  }

  /** Steps [from, now) as they are recorded: views, valid until the next step. */
  recorded() {
    return this.#recorder.episode();
  }

  #send(endReason: string): void {
    const copy = copyEpisode(this.#recorder.episode());
    const counted = { clippedActions: this.clippedActions, askedSteps: this.askedSteps };
    const summary = { ...copy.summary, ...counted };
    const shown = this.#speed > 0 ? { speed: this.#speed } : {};
    const reason = endReason ? { endReason } : {};
    const origin = this.isRecording ? ('recording' as const) : copy.origin;
    const episode = { ...copy, origin, summary, ...shown, ...reason };
    const { sceneId } = this;
    this.#emit({ type: 'episode', episode, endReason, sceneId }, episodeBuffers(episode));
  }
}
