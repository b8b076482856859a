/** What viewers see of a control step: encoded once, the same bytes for every viewer. */
import { createRisk, type Risk } from '../../agent/acting/risk.ts';
import type { Policy, RiskSnapshot } from '../../agent/contract.ts';
import { type Environment, POSE_SIZE, type TimeStep } from '../../sim/contract.ts';
import { encodeFrame, encodePath, encodeRays, FLAG, type Frame } from '../protocol/index.ts';
import type { LiveEpisode } from './live-episode.ts';
import type { Controller, EmitLive } from './messages.ts';
import { createOverlays, type Overlays } from './overlays.ts';
import { createPathPredictor, type PathPredictor } from './path-predictor.ts';

/** The newest control step and how time passes; its owner reuses it. */
export interface Moment {
  ts: TimeStep;
  /** Executed, and wanted by the policy; (k) each. */
  readonly action: Float32Array;
  readonly policyAction: Float32Array;
  /** Sequence number of the input in force; 0: none. */
  inputSequence: number;
  isPaused: boolean;
  /** Real-time factor. */
  speed: number;
}

export class LivePictures {
  /** Number of viewers; while it is 0, no path is predicted. */
  viewers = 0;
  /** A rule reads what is ahead: the path is predicted whoever looks. */
  looksAhead = false;
  /** Learned reward of a recent step, and how far the ensemble is apart there; NaN without a reward model. */
  predicted = { reward: Number.NaN, disagreement: Number.NaN };
  readonly overlays: Overlays;
  readonly #env: Environment;
  readonly #episode: LiveEpisode;
  readonly #emit: EmitLive;
  readonly #clock: () => number;
  readonly #predictor: PathPredictor;
  readonly #poses: Float32Array;
  readonly #live: number;
  /** Flags for the next frame. */
  #flags = 0;
  /** What is learned of risk. */
  #learned: Risk | undefined;
  /** By the newest prediction of this episode; NaN without one. */
  #risk = Number.NaN;
  #margin = Number.NaN;

  /** `copy` is an environment for predictions alone; `clock` in ms; `live`: its number, from 0. */
  constructor(
    env: Environment,
    copy: Environment,
    episode: LiveEpisode,
    emit: EmitLive,
    clock: () => number,
    live = 0,
  ) {
    this.#live = live;
    this.#env = env;
    this.#episode = episode;
    this.#emit = emit;
    this.#clock = clock;
    this.overlays = createOverlays(env);
    this.#predictor = createPathPredictor(copy);
    this.#poses = new Float32Array(env.scene.bodies.length * POSE_SIZE);
  }

  /** Of the path ahead, by the newest prediction of this episode; NaN without one. */
  get risk(): number {
    return this.#risk;
  }

  /** Seconds on that path to damage or failure, two where there is none. */
  get margin(): number {
    return this.#margin;
  }

  setRisk(snapshot: RiskSnapshot | undefined): void {
    this.#learned = snapshot && createRisk(snapshot);
  }

  /** The next frame carries this flag. */
  mark(flag: number): void {
    this.#flags |= flag;
  }

  /** Another episode: the next frame does not follow the last one. */
  cut(): void {
    this.#risk = Number.NaN;
    this.#margin = Number.NaN;
    this.mark(FLAG.jump);
  }

  /** Without a policy there is nothing to predict. `now` is the wall clock, ms. */
  show(moment: Moment, controller: Controller, policy: Policy | undefined, now: number): void {
    const { ts } = moment;
    const { sceneId, number: episodeNumber, length: step } = this.#episode;
    this.#env.writePoses(this.#poses);
    const isWanted = this.viewers > 0 || this.looksAhead;
    const path =
      policy && isWanted && ts.kind !== 'last'
        ? this.#predictor.predict(this.#env, policy, this.#clock, this.#learned)
        : undefined;
    if (path) {
      this.#risk = path.risks[0]!;
      this.#margin = path.margin;
    }
    const live = this.#live;
    const frame: Frame = {
      live,
      flags: this.#flags | flagsOf(moment, controller),
      sceneId,
      episodeNumber,
      step,
      time: ts.time,
      sentAt: now,
      policyVersion: policy?.version ?? 0,
      speed: moment.speed,
      reward: ts.reward,
      predictedReward: this.predicted.reward,
      disagreement: this.predicted.disagreement,
      cost: ts.info.cost,
      risk: this.#risk,
      inputSequence: moment.inputSequence,
      action: moment.action,
      policyAction: moment.policyAction,
      poses: this.#poses,
      ...(this.#env.picture ? { picture: this.#env.picture() } : {}),
    };
    this.#flags = 0;
    this.overlays.addTo(frame);
    const at = { live, episodeNumber, step };
    const numbers = this.overlays.rays();
    const { points, risks } = path ?? {};
    const parts = {
      buffer: encodeFrame(frame),
      ...(points && risks ? { path: encodePath({ ...at, sceneId, points, risks }) } : {}),
      ...(numbers ? { rays: encodeRays({ ...at, numbers }) } : {}),
    };
    this.#emit({ type: 'frame', ...parts }, Object.values(parts));
  }
}

function flagsOf({ ts, isPaused }: Moment, controller: Controller): number {
  let flags = 0;
  if (isPaused) flags |= FLAG.paused;
  if (controller === 'human') flags |= FLAG.human;
  if (controller === 'safe') flags |= FLAG.safe;
  if (ts.info.success) flags |= FLAG.success;
  if (ts.kind === 'last') flags |= FLAG.last;
  return flags;
}
