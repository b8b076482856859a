/**
 * What actors and the server say to each other. Plain data only, so that actors may be threads or, over a
 * message bus, on other machines (link.ts).
 */

import type { Predictions, Taken } from '../../agent/acting/counterfactual.ts';
import type { ActivationSnapshot, Condition } from '../../agent/activation/contract.ts';
import type { Episode, GateSnapshot, PolicySnapshot, RiskSnapshot } from '../../agent/contract.ts';
import type { EpisodeChunk } from '../../agent/episode/chunks.ts';
import type { Drawing } from '../../agent/episode/replay.ts';
import type {
  EndReason,
  EnvironmentInfo,
  EnvironmentOptions,
  EnvState,
  SceneDescription,
} from '../../sim/contract.ts';
import type { AskOutcome, ControlInput, OversightMode } from '../protocol/index.ts';
import type { Sensed, Stretch } from './sense-again.ts';

/** What the server must know of an environment without creating one itself. */
export interface EnvironmentFacts {
  readonly info: EnvironmentInfo;
  /** s */
  readonly controlDt: number;
  /** As in `Environment`. */
  readonly engine?: string;
  readonly observationNames?: readonly string[];
  /** Per axis of the action. */
  readonly actionNames: readonly string[];
  readonly actionLow: readonly number[];
  readonly actionHigh: readonly number[];
  readonly endReasons: readonly EndReason[];
  /** Whether contacts and joints, or rays, can be shown; and whether it is rays. */
  readonly overlays: boolean;
  readonly rays: boolean;
}

/** `workerData` of an actor thread. */
export interface ActorThreadData extends Omit<ActorData, 'safeAction' | 'trainSeeds'> {
  /** File URL of the module to run, for worker-boot. */
  readonly module: string;
  /** Of a free-running actor; absent: what suits one that others ask for scenes and counterfactuals. */
  readonly pace?: RolloutPace;
}

export interface RolloutPace {
  /** Most steps of a chunk: as many as are allowed, or can be made in 20 ms. */
  readonly longestChunk: number;
  /** false: episodes come without poses and pictures, which a replay brings (agent/episode/replay.ts). */
  readonly keepPoses: boolean;
}

/** What an actor acts upon; the thread adds what its environment says. */
export interface ActorData {
  readonly actor: string;
  /** Which of the live simulations it is, from 0. */
  readonly live?: number;
  readonly runId: string;
  readonly environmentId: string;
  readonly environmentOptions: EnvironmentOptions;
  readonly configHash: string;
  readonly seed: number;
  readonly safeAction: readonly number[];
  readonly trainSeeds: { readonly start: number; readonly count: number };
  /** Makes episode ids unique across restarts, of the server and of the thread. */
  readonly session: string;
}

/** Who holds the controls. A connection does, not a person: two tabs of one person are two drivers. */
export interface Driver {
  readonly sessionId: string;
  readonly teacherId: string;
}

/** Where a recording begins: at a reset, or at a step of an episode. */
export interface RecordingStart {
  /** Absent: one of the training seeds. */
  readonly seed?: number;
  readonly branch?: {
    readonly of: { readonly episodeId: string; readonly step: number };
    /** A state before that step, and the actions from there to it, (n, k); absent: from the reset. */
    readonly state?: EnvState;
    readonly actions: Float32Array;
  };
}

/** Commands about who drives and how time passes. */
export type Steering =
  | { readonly type: 'play' | 'pause' | 'step' | 'estop' | 'release' }
  | { readonly type: 'speed'; readonly factor: number }
  | { readonly type: 'release-to'; readonly target: 'policy' | 'brake' }
  /** Of the action that is the person's while they drive, in (0, 1]. */
  | { readonly type: 'share'; readonly share: number }
  | { readonly type: 'oversight'; readonly mode: OversightMode }
  /** Of a person to the ask of that number: allow or accept it, or not. */
  | {
      readonly type: 'answer';
      readonly ask: number;
      readonly isYes: boolean;
      readonly teacherId: string;
    }
  /** How long control fades back to the policy, s of the simulation; 0: at once. */
  | { readonly type: 'fade'; readonly seconds: number };

export type LiveCommand =
  /** `gate` and `risk` belong to the snapshot; without a gate the agent does not ask. */
  | {
      readonly type: 'snapshot';
      readonly snapshot: PolicySnapshot;
      readonly gate?: GateSnapshot;
      readonly risk?: RiskSnapshot;
      /** When people are asked; absent: the rules that every preset has. */
      readonly activation?: ActivationSnapshot;
    }
  | Steering
  | { readonly type: 'close' }
  /** Answered by `episode`, the open one as it stands if it has steps, and then `flushed`. */
  | { readonly type: 'flush'; readonly tag: number }
  /** There is a new learner: the open episode is sent from its beginning. */
  | { readonly type: 'resend' }
  | { readonly type: 'reset'; readonly seed?: number }
  | { readonly type: 'rewind'; readonly seconds: number }
  /** What a person drives from there on is theirs to keep or discard: nothing learns from it meanwhile. */
  | { readonly type: 'record'; readonly start: RecordingStart; readonly driver: Driver }
  | { readonly type: 'end-recording' }
  /** A viewer, by session, wants contacts and joints in the frames, or no longer. */
  | { readonly type: 'overlays'; readonly viewer: string; readonly on: boolean }
  /** Number of viewers; while it is 0, no path is predicted. */
  | { readonly type: 'viewers'; readonly count: number }
  | { readonly type: 'input'; readonly input: ControlInput; readonly driver: Driver }
  /** Learned reward of a recent step, and how far the ensemble's members are apart there. */
  | { readonly type: 'predicted'; readonly reward: number; readonly disagreement: number };

export type Controller = 'policy' | 'human' | 'safe';

/** What the agent says to people: drive for me; or, while they drive: you may let go. */
export type Request = 'none' | 'take-over' | 'hand-back';

/** What people are asked, by when, and what happens if nobody answers. */
export interface Ask {
  readonly id: number;
  /** help: to drive. approval: to allow what the agent is about to do. */
  readonly kind: 'help' | 'approval';
  readonly fallback: 'drives-on' | 'brakes';
  /** Wall clock, ms; infinite: what the fallback says is so already. */
  readonly until: number;
  readonly episodeId: string;
  /** Of the episode, at which it was asked, and when. */
  readonly step: number;
  readonly at: number;
  /** Why: every leaf of the rule that asked. */
  readonly conditions: readonly Condition[];
}

export type LiveEvent =
  | { readonly type: 'ready'; readonly facts: EnvironmentFacts }
  | {
      readonly type: 'scene';
      readonly sceneId: number;
      readonly seed: number;
      readonly scene: SceneDescription;
    }
  | {
      readonly type: 'frame';
      readonly buffer: ArrayBuffer;
      readonly path?: ArrayBuffer;
      readonly rays?: ArrayBuffer;
    }
  | {
      readonly type: 'state';
      readonly state: 'running' | 'paused' | 'stopped';
      readonly speed: number;
      readonly sceneId: number;
      readonly episodeId: string;
      readonly episodeNumber: number;
      readonly seed: number;
      readonly step: number;
      readonly controller: Controller;
      readonly request: Request;
      readonly releaseTo: 'policy' | 'brake';
      readonly share: number;
      readonly fadeSeconds: number;
      readonly oversight: OversightMode;
      readonly ask: Ask | undefined;
      readonly policyVersion: number;
      /** Who records. */
      readonly recorder?: Driver;
    }
  | { readonly type: 'chunk'; readonly chunk: EpisodeChunk }
  /** The open episode as it stands (`flush`), or a finished one; with poses and states. */
  | {
      readonly type: 'episode';
      readonly episode: Episode;
      readonly endReason: string;
      readonly sceneId: number;
    }
  /** On this step a person asked for more than the action space allows. */
  | { readonly type: 'clipped' }
  | { readonly type: 'flushed'; readonly tag: number }
  /**
   * A person let go: steps [from, to) were theirs. `state` and `snapshot` are the environment and the
   * policy at `from`.
   */
  | {
      readonly type: 'override';
      readonly episodeId: string;
      readonly from: number;
      readonly to: number;
      readonly seed: number;
      readonly state: EnvState;
      readonly snapshot: PolicySnapshot;
      readonly taken: Taken;
      /** Who drove. */
      readonly teacherId: string;
      readonly cause: 'released' | 'watchdog' | 'episode-end' | 'rewind' | 'estop';
      /** Of the action that was the person's; absent: all of it. */
      readonly share?: number;
    }
  /** People are asked. */
  | { readonly type: 'asked'; readonly ask: Ask }
  /** What became of an ask that people could see. */
  | {
      readonly type: 'decision';
      readonly ask: Ask;
      readonly outcome: AskOutcome;
      readonly teacherId?: string;
      readonly at: number;
    }
  /** The snapshot is in use from the next step on. */
  | { readonly type: 'snapshot-in-use'; readonly version: number };

/** Why a takeover ended. */
export type OverrideCause = Extract<LiveEvent, { type: 'override' }>['cause'];

/** Sends an event; the buffers of `transfer` are the receiver's from then on. */
export type EmitLive = (event: LiveEvent, transfer?: ArrayBuffer[]) => void;

export type RolloutCommand =
  | { readonly type: 'snapshot'; readonly snapshot: PolicySnapshot }
  /** That many more steps may be sent. */
  | { readonly type: 'credit'; readonly steps: number }
  | {
      readonly type: 'counterfactual';
      readonly id: string;
      readonly of: { readonly episodeId: string; readonly step: number };
      readonly seed: number;
      readonly state: EnvState;
      /** The policy that was taken over. */
      readonly snapshot: PolicySnapshot;
      readonly steps: number;
      /** Also predict this many steps from every step of the takeover. */
      readonly predict?: { readonly taken: Taken; readonly steps: number };
    }
  /** Play an episode again for what was left out of it. */
  | { readonly type: 'replay'; readonly episode: Episode }
  /** Play a stretch of an episode again for what overlays show of it. */
  | { readonly type: 'sense'; readonly tag: number; readonly stretch: Stretch }
  /** Describe the scene of a seed: a clip needs it. */
  | { readonly type: 'scene'; readonly sceneId: number; readonly seed: number }
  | { readonly type: 'close' };

export type RolloutEvent =
  | { readonly type: 'ready'; readonly oneScene: boolean }
  | { readonly type: 'scene'; readonly sceneId: number; readonly scene: SceneDescription }
  | { readonly type: 'chunk'; readonly chunk: EpisodeChunk }
  | { readonly type: 'episode'; readonly episode: Episode; readonly endReason: string }
  | {
      readonly type: 'replayed';
      readonly episodeId: string;
      readonly drawing: Drawing | undefined;
    }
  | { readonly type: 'sensed'; readonly tag: number; readonly sensed: Sensed | undefined }
  | {
      readonly type: 'counterfactual';
      readonly id: string;
      readonly episode: Episode;
      readonly endReason: string;
      readonly predictions?: Predictions;
    };
