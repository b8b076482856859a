/** How an environment of Python's Gymnasium is drawn: in 3D from its MuJoCo model, or by the pictures it renders itself. */
import { type Geom, POSE_SIZE, type SceneDescription } from '../contract.ts';
import { createPhysics } from '../robotics/engine/mujoco.ts';
import { createScene, movingBodies } from '../robotics/engine/scene.ts';
import { createTendons } from '../robotics/engine/tendons.ts';
import { findModel } from '../robotics/mjcf/model-file.ts';
import type { Link } from './link.ts';

/** What Python says of its environment. */
export interface About {
  readonly name: string;
  /** s */
  readonly dt: number;
  readonly horizon: number;
  readonly observationSize: number;
  readonly low: readonly number[];
  readonly high: readonly number[];
  readonly actionNames: readonly string[];
  /** Pixels, of one that draws itself. */
  readonly picture?: { readonly width: number; readonly height: number };
  /** Path of its MuJoCo model, and what belongs to it, of one that has it. */
  readonly model?: string;
  readonly nq?: number;
  readonly nmocap?: number;
  readonly engine?: string;
}

export interface Drawing {
  readonly scene: SceneDescription;
  /** Numbers that an answer has for it. */
  readonly size: number;
  /** Takes over (size) numbers of an answer. */
  set(numbers: Float64Array): void;
  writePoses(out: Float32Array): void;
  writeAgentPosition(out: Float32Array): void;
  picture?(): Uint8Array;
  close(): void;
}

/** @throws RangeError where its file is another model than the one that Python has. */
export async function createModelDrawing(about: About, model: string): Promise<Drawing> {
  const { nq = 0, nmocap = 0 } = about;
  const physics = await createPhysics(await findModel(model));
  if (physics.sizes.nq !== nq)
    throw new RangeError(
      `gymnasium: ${about.name} has ${nq} positions and its file ${model} has ${physics.sizes.nq}: it was changed after loading`,
    );
  const bodies = movingBodies(physics);
  physics.refreshPoses();
  const tendons = createTendons(physics);
  const style = { title: about.name, cameras: [], light: 'studio', agentBody: '' } as const;
  const writeBody = (body: number, out: Float32Array, at: number) => {
    for (let k = 0; k < 3; k++) out[at + k] = physics.xpos[body * 3 + k]!;
    for (let k = 0; k < 4; k++) out[at + 3 + k] = physics.xquat[body * 4 + k]!;
  };
  return {
    scene: createScene(physics, style, tendons),
    size: nq + 7 * nmocap,
    set(numbers) {
      physics.sync();
      physics.qpos.set(numbers.subarray(0, nq));
      physics.mocap_pos.set(numbers.subarray(nq, nq + 3 * nmocap));
      physics.mocap_quat.set(numbers.subarray(nq + 3 * nmocap));
    },
    writePoses(out) {
      physics.refreshPoses();
      for (const [i, body] of bodies.entries()) writeBody(body, out, i * POSE_SIZE);
      tendons.writePoses(out, bodies.length * POSE_SIZE);
    },
    writeAgentPosition(out) {
      physics.refreshPoses();
      const body = bodies[0] ?? 0;
      for (let k = 0; k < 3; k++) out[k] = physics.xpos[body * 3 + k]!;
    },
    close: () => physics.close(),
  };
}

const PICTURE = 'picture';
/** Metres from the middle of the picture to its upper edge, and from the ground to its lower one. */
const HALF = 1;
const ABOVE_GROUND = 0.1;
/** Degrees up and down that the camera sees, and the least width to height of a view that shows the picture whole. */
const FOV = 50;
const LEAST_ASPECT = 1.2;

/** A screen that stands upright, and a camera before it. */
export function createPictureDrawing(
  { name, picture }: About,
  link: Pick<Link, 'ask'>,
  { width, height } = picture!,
): Drawing {
  const across = (HALF * width) / height;
  const middle = ABOVE_GROUND + HALF;
  const away = (1.05 * Math.max(HALF, across / LEAST_ASPECT)) / Math.tan((FOV * Math.PI) / 360);
  const screen: Geom = {
    shape: 'plane',
    size: [across, HALF, 0.1],
    position: [0, 0, 0],
    // A plane lies flat: its y becomes the world's z.
    quaternion: [Math.SQRT1_2, Math.SQRT1_2, 0, 0],
    colour: [1, 1, 1, 1],
    texture: PICTURE,
    castShadow: false,
  };
  /** Of the present state. */
  let known: Uint8Array | undefined;
  return {
    scene: {
      title: name,
      bodies: [{ id: PICTURE, role: 'object', geoms: [screen] }],
      statics: [],
      meshes: {},
      textures: { [PICTURE]: { width, height, pixels: new Uint8Array() } },
      picture: PICTURE,
      cameras: [
        {
          ...{ id: 'front', kind: 'fixed', fov: FOV },
          position: [0, -away, middle],
          target: [0, 0, middle],
        },
      ],
      light: 'studio',
      agentBody: PICTURE,
      bounds: { min: [-across, -0.1, 0], max: [across, 0.1, middle + HALF] },
    },
    size: 0,
    set() {
      known = undefined;
    },
    writePoses: (out) => void out.set([0, 0, middle, 1, 0, 0, 0]),
    writeAgentPosition: (out) => void out.set([0, 0, middle]),
    picture() {
      known ??= link.ask('P');
      return known;
    },
    close() {},
  };
}
