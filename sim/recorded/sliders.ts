/**
 * Numbers that there is no body for, drawn as sliders: a knob per number on a rail from the least to the largest value.
 * Observations in rows of blue knobs from the top, actions below them in orange.
 */
import { type Geom, POSE_SIZE, type SceneDescription, type StaticBody } from '../contract.ts';

/** Where the knobs of a kind of number stand; (size) each. */
export interface Range {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

export interface Sliders {
  readonly scene: SceneDescription;
  /** Poses of all knobs for an observation (d) and an action (k), from `at` on: (d + k) · POSE_SIZE numbers. */
  write(observation: Float32Array, action: Float32Array, out: Float32Array, at: number): void;
}

/** Metres. */
const IN_A_ROW = 24;
const ACROSS = 0.12;
const HEIGHT = 0.8;
const BETWEEN = 0.25;
/** How far beyond its rail a knob may stand, as a share of it. */
const BEYOND = 0.05;

const LOOKS = {
  observation: [0.2, 0.47, 0.8, 1],
  action: [0.9, 0.5, 0.13, 1],
  rail: [0.62, 0.65, 0.7, 1],
} as const satisfies Record<string, Geom['colour']>;

interface Place {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly x: number;
  /** Of the rail's foot. */
  readonly z: number;
  readonly colour: Geom['colour'];
}

export function createSliders(title: string, observation: Range, action: Range): Sliders {
  const places = [
    ...placesOf('observation', observation, rowsOf(observation) + rowsOf(action)),
    ...placesOf('action', action, rowsOf(action)),
  ];
  return {
    scene: sceneOf(title, places),
    write(observations, actions, out, at) {
      for (const [i, { low, high, x, z }] of places.entries()) {
        const d = observation.low.length;
        const value = i < d ? observations[i]! : actions[i - d]!;
        const share = Math.min(1 + BEYOND, Math.max(-BEYOND, (value - low) / (high - low)));
        const from = at + i * POSE_SIZE;
        out.fill(0, from, from + POSE_SIZE);
        if (Number.isNaN(share)) continue; // hidden
        out[from] = x;
        out[from + 2] = z + HEIGHT * share;
        out[from + 3] = 1;
      }
    },
  };
}

const rowsOf = ({ low }: Range) => Math.ceil(low.length / IN_A_ROW);

/** `above`: rows from the floor to the top of these. */
function placesOf(kind: 'observation' | 'action', { low, high }: Range, above: number): Place[] {
  return low.map((l, i) => {
    const row = Math.floor(i / IN_A_ROW);
    const inRow = Math.min(IN_A_ROW, low.length - row * IN_A_ROW);
    return {
      name: `${kind} ${i}`,
      low: l,
      high: high[i]! > l ? high[i]! : l + 1,
      x: ((i % IN_A_ROW) - (inRow - 1) / 2) * ACROSS,
      z: BETWEEN + (above - 1 - row) * (HEIGHT + BETWEEN),
      colour: LOOKS[kind],
    };
  });
}

function sceneOf(title: string, places: readonly Place[]): SceneDescription {
  const upright = [1, 0, 0, 0] as const;
  const solid = (size: Geom['size'], colour: Geom['colour']): Geom => ({
    ...{ shape: 'box', size, position: [0, 0, 0], quaternion: upright, colour },
    roughness: 0.6,
  });
  const top = Math.max(...places.map(({ z }) => z)) + HEIGHT + BETWEEN;
  const half = Math.max(...places.map(({ x }) => Math.abs(x))) + ACROSS;
  const away = 1.1 * Math.max(top, half) + 0.6;
  return {
    title,
    bodies: places.map(({ name, colour }) => ({
      ...{ id: name, role: 'object' },
      geoms: [solid([0.04, 0.03, 0.022], colour)],
    })),
    statics: places.map(
      ({ name, x, z }): StaticBody => ({
        ...{ id: `rail of ${name}`, role: 'scenery', quaternion: upright },
        position: [x, 0.02, z + HEIGHT / 2],
        geoms: [solid([0.006, 0.006, HEIGHT / 2], LOOKS.rail)],
      }),
    ),
    meshes: {},
    textures: {},
    cameras: [
      {
        ...{ id: 'front', kind: 'fixed', fov: 50 },
        position: [0, -away, top / 2],
        target: [0, 0, top / 2],
      },
    ],
    light: 'studio',
    agentBody: places[0]!.name,
    bounds: { min: [-half, -0.5, 0], max: [half, 0.5, top] },
  };
}
