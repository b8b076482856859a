import type { Config, ConfigSchema } from '../../config.ts';
import type {
  AxisControl,
  BodyRole,
  BoxSpace,
  CameraDescription,
  EndReason,
  Environment,
  EnvironmentInfo,
  Expert,
  SceneDescription,
  StepInfo,
} from '../../contract.ts';
import type { Random } from '../../random.ts';
import type { ModelSource, Physics } from './physics.ts';

/** Part of the observation: its names and how it is written. */
export interface ObservationField {
  readonly names: readonly string[];
  /** Write `names.length` numbers at `offset`. */
  write(out: Float32Array, offset: number): void;
}

/** One term of the reward, of the state after the step; the terms sum to the reward. */
export interface RewardTerm {
  readonly name: string;
  value(): number;
}

export interface Metric {
  readonly name: string;
  value(): number;
}

/**
 * A task running on one physics: everything the generic environment needs. It may keep numbers
 * between steps only in `memory`, which is saved and restored with the state.
 */
export interface TaskProgram {
  readonly actionSpace: BoxSpace;
  readonly fields: readonly ObservationField[];
  readonly rewards: readonly RewardTerm[];
  readonly metrics: readonly Metric[];
  /** Reasons for termination, besides `time-limit` and `unstable`. */
  readonly endReasons: readonly EndReason[];
  readonly memory: Float64Array;
  /** Randomise the state; the simulation was just reset to the model's initial one. */
  reset(random: Random): void;
  /** Turn an action (already clipped) into controls. */
  act(action: Float32Array): void;
  /** After the substeps and before anything is read: refresh derived quantities, note success. */
  observe?(): void;
  /** After all terms were read: remember what the next step compares with. */
  remember?(): void;
  /** Reason of termination, or ''. May set `success` and `cost`. */
  judge(info: StepInfo): string;
  /** Position of the agent in the world. */
  writeAgentPosition(out: Float32Array): void;
}

/** How a task wants its model drawn; everything else comes from the model. */
export interface SceneStyle {
  readonly title: string;
  /** None: one that shows the whole model. */
  readonly cameras: readonly CameraDescription[];
  readonly light: SceneDescription['light'];
  /** Name of the body a person would call the agent; '' takes the first that moves. */
  readonly agentBody: string;
  /** Omitted: from MuJoCo's estimate of the model's size. */
  readonly bounds?: SceneDescription['bounds'];
  /** Roles by body name; others are `robot`. */
  readonly roles?: Readonly<Record<string, BodyRole>>;
}

/** A MuJoCo environment before it is created. */
export interface MujocoTask {
  readonly id: string;
  readonly model: ModelSource;
  /** Substeps per action. */
  readonly frameSkip: number;
  /** Steps until truncation. */
  readonly horizon: number;
  readonly style: SceneStyle;
  createProgram(physics: Physics, dt: number): TaskProgram;
}

/** A task as the registry lists it. */
export interface TaskEntry<S extends ConfigSchema = ConfigSchema>
  extends Omit<EnvironmentInfo, 'family' | 'licence'> {
  readonly controls: readonly AxisControl[];
  readonly options: S;
  task(options: Config<S>): MujocoTask;
  createExpert?(env: Environment): Expert;
}
