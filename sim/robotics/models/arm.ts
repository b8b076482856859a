import { looks } from './parts.ts';

/**
 * Our own arm: six joints on a pedestal, two fingers, its gripper welded to a mocap body as in the
 * Fetch tasks. Gravity is compensated, so the weld need not carry the arm. The gripper's frame has
 * x along the world's x, z up; fingers point down and open along y.
 *
 * Pedestal at (0.62, 0.749): the shoulder lies 0.72 m from where tasks start the gripper.
 */

const link = 'contype="0" conaffinity="0" mass';

function finger(name: string, side: 1 | -1): string {
  return `<body name="${name}_finger" pos="0 0 -.05">
      <joint name="${name}_finger" type="slide" axis="0 ${side} 0" range="0 .05" damping="20" armature=".05"/>
      <geom name="${name}_finger" type="box" pos="0 ${0.008 * side} 0" size=".011 .008 .03" mass=".05"
        friction="2 .05 .001" condim="4" solref=".01 1" material="dark"/>
    </body>`;
}

/** Gripper with fingers; `tool` replaces the fingers. */
function gripper(tool: string | undefined): string {
  return `<body name="gripper" pos=".1 0 0" euler="0 -90 0" gravcomp="1">
      <geom type="box" pos="0 0 .03" size=".035 .06 .025" ${link}=".4" material="shell"/>
      <site name="grip" pos="0 0 -.06" size=".005" rgba="0 0 0 0"/>
      ${tool ?? `${finger('left', 1)}\n${finger('right', -1)}`}
    </body>`;
}

/** Joint ranges in degrees, damping in N m s/rad. */
const armBody = (tool: string | undefined) => `
    <body name="base" pos=".62 .749 0">
      <geom type="cylinder" size=".11 .04" pos="0 0 .04" ${link}="20" material="dark"/>
      <geom type="cylinder" size=".07 .34" pos="0 0 .38" ${link}="20" material="shell"/>
      <body name="pan" pos="0 0 .74" gravcomp="1">
        <joint name="pan" axis="0 0 1" range="-100 100"/>
        <geom type="cylinder" size=".075 .06" ${link}="2" material="dark"/>
        <body name="upper" pos="0 0 .02" gravcomp="1">
          <joint name="lift" axis="0 1 0" range="-130 60"/>
          <geom type="capsule" fromto="0 0 0 .47 0 0" size=".05" ${link}="2" material="shell"/>
          <body name="fore" pos=".47 0 0" gravcomp="1">
            <joint name="elbow" axis="0 1 0" range="-20 160"/>
            <geom type="sphere" size=".055" ${link}=".5" material="dark"/>
            <geom type="capsule" fromto="0 0 0 .22 0 0" size=".042" ${link}="1" material="shell"/>
            <body name="roll" pos=".22 0 0" gravcomp="1">
              <joint name="roll" axis="1 0 0" range="-170 170"/>
              <geom type="capsule" fromto="0 0 0 .25 0 0" size=".038" ${link}="1" material="limb"/>
              <body name="wrist" pos=".25 0 0" gravcomp="1">
                <joint name="flex" axis="0 1 0" range="-125 125"/>
                <geom type="sphere" size=".044" ${link}=".4" material="dark"/>
                <body name="hand" pos="0 0 0" gravcomp="1">
                  <joint name="turn" axis="1 0 0" range="-175 175"/>
                  <geom type="capsule" fromto="0 0 0 .06 0 0" size=".035" ${link}=".4" material="limb"/>
                  ${gripper(tool)}
                </body>
              </body>
            </body>
          </body>
        </body>
      </body>
    </body>`;

export interface ArmModel {
  readonly name: string;
  /** Bodies of the world beside the arm. */
  readonly world: string;
  /** A body that replaces the fingers. */
  readonly tool?: string;
  readonly timestep: number;
  readonly sensors?: string;
}

/** MJCF of the arm in a world. With fingers: two position servos of 150 N at most. */
export function armXml({ name, world, tool, timestep, sensors = '' }: ArmModel): string {
  const servo = (side: string) =>
    `<position name="${side}_finger" joint="${side}_finger" kp="5000" kv="60" ctrllimited="true" ctrlrange="0 .05" forcelimited="true" forcerange="-150 150"/>`;
  return `<mujoco model="${name}">
  <compiler angle="degree"/>
  <option timestep="${timestep}" integrator="implicitfast" cone="elliptic" impratio="10"/>
  <default>
    <joint type="hinge" limited="true" damping="3" armature=".1"/>
    <geom condim="4"/>
  </default>
  ${looks(2)}
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" material="floor"/>
    <body name="mocap" mocap="true"/>
    ${armBody(tool)}
    ${world}
  </worldbody>
  <equality>
    <weld name="grip" body1="mocap" body2="gripper" relpose="0 0 0 1 0 0 0" solref=".02 1" solimp=".9 .95 .001"/>
  </equality>
  ${sensors}
  ${tool === undefined ? `<actuator>${servo('left')}${servo('right')}</actuator>` : ''}
</mujoco>`;
}

/** Height of the shoulder and the length of upper arm and forearm, metres. */
export const armGeometry = { x: 0.62, shoulder: 0.76, link: 0.47, hand: 0.16 } as const;

/** A table whose top lies at `height`. */
export function table(
  x: number,
  y: number,
  halfX: number,
  halfY: number,
  height: number,
  friction = 1,
): string {
  return `<body name="table" pos="${x} ${y} ${height / 2}">
      <geom name="table" type="box" size="${halfX} ${halfY} ${height / 2}" friction="${friction} .005 .0001" rgba=".58 .6 .63 1"/>
    </body>`;
}

/** Goal marker: a mocap body that touches nothing. */
export const goalMarker = `<body name="goal" mocap="true">
      <geom type="sphere" size=".02" contype="0" conaffinity="0" material="marker"/>
    </body>`;

/** The Fetch tasks' 5 cm cube of 2 kg. */
export const cube = `<body name="object" pos="1.25 .53 .425">
      <joint name="object" type="free" limited="false" damping=".01" armature="0"/>
      <geom name="object" type="box" size=".025 .025 .025" mass="2" friction="1 .005 .0001" rgba=".85 .3 .3 1"/>
    </body>`;

/** The slide task's puck: low friction on a long table. */
export const puck = `<body name="object" pos="1.25 .53 .42">
      <joint name="object" type="free" limited="false" damping=".01" armature="0"/>
      <geom name="object" type="cylinder" size=".03 .02" mass="2" priority="1" friction=".1 .005 .0001" rgba=".2 .25 .3 1"/>
    </body>`;

/** A square peg of 2 cm, 8 cm long, whose tip is the site `tip`; the force on it is sensed where it is held. */
export const peg = `<body name="peg" pos="0 0 -.06" gravcomp="1">
        <site name="held" pos="0 0 0" size=".004" rgba="0 0 0 0"/>
        <geom name="holder" type="box" pos="0 0 .032" size=".013 .018 .036" contype="0" conaffinity="0" mass="0" material="dark"/>
        <geom name="peg" type="box" pos="0 0 -.04" size=".01 .01 .04" mass=".1" friction=".4 .005 .0001" solref=".005 1" rgba=".85 .7 .3 1"/>
        <site name="tip" pos="0 0 -.08" size=".004" rgba="0 0 0 0"/>
      </body>`;

export const pegSensors = `<sensor><force name="peg-force" site="held"/></sensor>`;

/** Block with a square hole, 1.5 mm wider than the peg on each side and 5 cm deep; a mocap body, so that resets can place it. */
export const socket = (() => {
  const wall = (x: number, y: number, halfX: number, halfY: number) =>
    `<geom type="box" pos="${x} ${y} -.025" size="${halfX} ${halfY} .025" friction=".4 .005 .0001" solref=".005 1" material="limb"/>`;
  const inner = 0.0115;
  const outer = 0.05;
  const middle = (inner + outer) / 2;
  const half = (outer - inner) / 2;
  return `<body name="socket" mocap="true" pos="1.3 .749 .46">
      ${wall(middle, 0, half, outer)}
      ${wall(-middle, 0, half, outer)}
      ${wall(0, middle, inner, half)}
      ${wall(0, -middle, inner, half)}
    </body>`;
})();
