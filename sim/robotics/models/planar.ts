import { looks, motors, planarRoot } from './parts.ts';

/**
 * Planar runners, written from the published masses, lengths, ranges and gears of Gymnasium's v5
 * tasks (MIT): capsule radii and half lengths in metres, joint stiffness in N m/rad.
 */

interface Link {
  readonly name: string;
  readonly at: string;
  /** Centre, angle about y (rad) and half length of the capsule. */
  readonly centre: string;
  readonly tilt: number;
  readonly half: number;
  readonly damping: number;
  readonly stiffness: number;
  readonly range: string;
}

/** A chain of cheetah links, hip first. */
function chain(links: readonly Link[]): string {
  const [link, ...rest] = links;
  if (!link) return '';
  return `<body name="${link.name}" pos="${link.at}">
      <joint name="${link.name}" type="hinge" axis="0 1 0" damping="${link.damping}" stiffness="${link.stiffness}" range="${link.range}"/>
      <geom name="${link.name}" type="capsule" pos="${link.centre}" axisangle="0 1 0 ${link.tilt}" size=".046 ${link.half}" material="limb"/>
      ${chain(rest)}
    </body>`;
}

const hindLeg: readonly Link[] = [
  {
    name: 'bthigh',
    at: '-.5 0 0',
    centre: '.1 0 -.13',
    tilt: -3.8,
    half: 0.145,
    damping: 6,
    stiffness: 240,
    range: '-.52 1.05',
  },
  {
    name: 'bshin',
    at: '.16 0 -.25',
    centre: '-.14 0 -.07',
    tilt: -2.03,
    half: 0.15,
    damping: 4.5,
    stiffness: 180,
    range: '-.785 .785',
  },
  {
    name: 'bfoot',
    at: '-.28 0 -.14',
    centre: '.03 0 -.097',
    tilt: -0.27,
    half: 0.094,
    damping: 3,
    stiffness: 120,
    range: '-.4 .785',
  },
];
const foreLeg: readonly Link[] = [
  {
    name: 'fthigh',
    at: '.5 0 0',
    centre: '-.07 0 -.12',
    tilt: 0.52,
    half: 0.133,
    damping: 4.5,
    stiffness: 180,
    range: '-1 .7',
  },
  {
    name: 'fshin',
    at: '-.14 0 -.24',
    centre: '.065 0 -.09',
    tilt: -0.6,
    half: 0.106,
    damping: 3,
    stiffness: 120,
    range: '-1.2 .87',
  },
  {
    name: 'ffoot',
    at: '.13 0 -.18',
    centre: '.045 0 -.07',
    tilt: -0.6,
    half: 0.07,
    damping: 1.5,
    stiffness: 60,
    range: '-.5 .5',
  },
];

/** 14 kg, nine coordinates of position: x, z, pitch, then six leg joints. */
export const halfCheetahXml = `<mujoco model="half-cheetah">
  <compiler angle="radian" inertiafromgeom="true" settotalmass="14"/>
  <option timestep=".01" gravity="0 0 -9.81"/>
  <default>
    <joint limited="true" armature=".1" damping=".01" stiffness="8" solreflimit=".02 1" solimplimit="0 .8 .03"/>
    <geom contype="1" conaffinity="0" condim="3" friction=".4 .1 .1" solref=".02 1" solimp="0 .8 .01"/>
  </default>
  ${looks(0.5)}
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" conaffinity="1" material="floor"/>
    <body name="torso" pos="0 0 .7">
      ${planarRoot(0).replace('ref="0"', '')}
      <geom name="torso" type="capsule" fromto="-.5 0 0 .5 0 0" size=".046" material="shell"/>
      <geom name="head" type="capsule" pos=".6 0 .1" axisangle="0 1 0 .87" size=".046 .15" material="shell"/>
      ${chain(hindLeg)}
      ${chain(foreLeg)}
    </body>
  </worldbody>
  ${motors(
    [
      ['bthigh', 120],
      ['bshin', 90],
      ['bfoot', 60],
      ['fthigh', 120],
      ['fshin', 60],
      ['ffoot', 30],
    ],
    1,
  )}
</mujoco>`;

interface LegShape {
  readonly suffix: string;
  readonly material: string;
  /** x of the foot body, half length of the foot, offset of its centre. */
  readonly foot: { readonly at: number; readonly half: number; readonly friction: number };
}

/** Thigh, shin and foot of hopper and walker; angles in degrees. */
function leg({ suffix, material, foot }: LegShape): string {
  const joint = (name: string, pos: string, range: string) =>
    `<joint name="${name}${suffix}_joint" type="hinge" axis="0 -1 0" pos="${pos}" range="${range}"/>`;
  const geom = (name: string, rest: string, friction: number) =>
    `<geom name="${name}${suffix}_geom" type="capsule" friction="${friction}" material="${material}" ${rest}/>`;
  return `<body name="thigh${suffix}" pos="0 0 -.2">
      ${joint('thigh', '0 0 0', '-150 0')}
      ${geom('thigh', 'pos="0 0 -.225" size=".05 .225"', 0.9)}
      <body name="leg${suffix}" pos="0 0 -.7">
        ${joint('leg', '0 0 .25', '-150 0')}
        ${geom('leg', 'size=".04 .25"', 0.9)}
        <body name="foot${suffix}" pos="${foot.at} 0 -.35">
          ${joint('foot', `${-foot.at} 0 .1`, '-45 45')}
          ${geom('foot', `pos="${-foot.at / 2} 0 .1" euler="0 -90 0" size=".06 ${foot.half}"`, foot.friction)}
        </body>
      </body>
    </body>`;
}

const torso = `${planarRoot(1.25)}
      <geom name="torso_geom" type="capsule" size=".05 .2" friction=".9" material="shell"/>`;

export const hopperXml = `<mujoco model="hopper">
  <compiler angle="degree" inertiafromgeom="true"/>
  <option timestep=".002" integrator="RK4"/>
  <default>
    <joint limited="true" armature="1" damping="1"/>
    <geom contype="1" conaffinity="1" condim="1" solimp=".8 .8 .01" solref=".02 1" margin=".001"/>
  </default>
  ${looks(0.5)}
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" condim="3" material="floor"/>
    <body name="torso" pos="0 0 1.25">
      ${torso}
      ${leg({ suffix: '', material: 'limb', foot: { at: 0.13, half: 0.195, friction: 2 } })}
    </body>
  </worldbody>
  ${motors(
    [
      ['thigh_joint', 200],
      ['leg_joint', 200],
      ['foot_joint', 200],
    ],
    1,
  )}
</mujoco>`;

export const walkerXml = `<mujoco model="walker2d">
  <compiler angle="degree" inertiafromgeom="true"/>
  <option timestep=".002" integrator="RK4"/>
  <default>
    <joint limited="true" armature=".01" damping=".1"/>
    <geom contype="1" conaffinity="0" condim="3" density="1000" friction=".7 .1 .1"/>
  </default>
  ${looks(0.5)}
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" conaffinity="1" condim="3" material="floor"/>
    <body name="torso" pos="0 0 1.25">
      ${torso}
      ${leg({ suffix: '', material: 'limb', foot: { at: 0.2, half: 0.1, friction: 1.9 } })}
      ${leg({ suffix: '_left', material: 'other', foot: { at: 0.2, half: 0.1, friction: 1.9 } })}
    </body>
  </worldbody>
  ${motors(
    [
      ['thigh_joint', 100],
      ['leg_joint', 100],
      ['foot_joint', 100],
      ['thigh_left_joint', 100],
      ['leg_left_joint', 100],
      ['foot_left_joint', 100],
    ],
    1,
  )}
</mujoco>`;

export const swimmerXml = `<mujoco model="swimmer">
  <compiler angle="degree" inertiafromgeom="true"/>
  <option timestep=".01" integrator="RK4" density="4000" viscosity=".1"/>
  <default>
    <geom contype="0" conaffinity="0" condim="1" density="1000"/>
    <joint armature=".1"/>
  </default>
  ${looks(0.5)}
  <worldbody>
    <geom name="floor" type="plane" pos="0 0 -.1" size="0 0 1" condim="3" material="floor"/>
    <body name="torso">
      <geom name="front" type="capsule" fromto="1.5 0 0 .5 0 0" size=".1" material="shell"/>
      <joint name="slider1" type="slide" axis="1 0 0"/>
      <joint name="slider2" type="slide" axis="0 1 0"/>
      <joint name="free_body_rot" type="hinge" axis="0 0 1"/>
      <body name="mid" pos=".5 0 0">
        <geom name="mid" type="capsule" fromto="0 0 0 -1 0 0" size=".1" material="limb"/>
        <joint name="motor1_rot" type="hinge" axis="0 0 1" limited="true" range="-100 100"/>
        <body name="back" pos="-1 0 0">
          <geom name="back" type="capsule" fromto="0 0 0 -1 0 0" size=".1" material="other"/>
          <joint name="motor2_rot" type="hinge" axis="0 0 1" limited="true" range="-100 100"/>
        </body>
      </body>
    </body>
  </worldbody>
  ${motors(
    [
      ['motor1_rot', 150],
      ['motor2_rot', 150],
    ],
    1,
  )}
</mujoco>`;
