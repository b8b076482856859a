import { looks, motors } from './parts.ts';

/** Four legs at the corners of a sphere; numbers as published for Gymnasium's Ant-v5 (MIT). */
const antLegs = [
  { name: 'front_left', x: 1, y: 1, axis: '-1 1 0', range: '30 70', id: 1 },
  { name: 'front_right', x: -1, y: 1, axis: '1 1 0', range: '-70 -30', id: 2 },
  { name: 'back', x: -1, y: -1, axis: '-1 1 0', range: '-70 -30', id: 3 },
  { name: 'right_back', x: 1, y: -1, axis: '1 1 0', range: '30 70', id: 4 },
] as const;

function antLeg(leg: (typeof antLegs)[number]): string {
  const reach = (length: number) => `${leg.x * length} ${leg.y * length} 0`;
  const geom = (name: string, length: number) =>
    `<geom name="${name}_${leg.id}" type="capsule" fromto="0 0 0 ${reach(length)}" size=".08" material="limb"/>`;
  return `<body name="${leg.name}_leg">
      ${geom('aux', 0.2)}
      <body name="aux_${leg.id}" pos="${reach(0.2)}">
        <joint name="hip_${leg.id}" type="hinge" axis="0 0 1" range="-30 30"/>
        ${geom('thigh', 0.2)}
        <body name="foot_${leg.id}" pos="${reach(0.2)}">
          <joint name="ankle_${leg.id}" type="hinge" axis="${leg.axis}" range="${leg.range}"/>
          ${geom('shin', 0.4)}
        </body>
      </body>
    </body>`;
}

export const antXml = `<mujoco model="ant">
  <compiler angle="degree" inertiafromgeom="true"/>
  <option timestep=".01" integrator="RK4"/>
  <default>
    <joint limited="true" armature="1" damping="1"/>
    <geom contype="1" conaffinity="0" condim="3" density="5" friction="1 .5 .5" margin=".01"/>
  </default>
  ${looks(0.5)}
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" conaffinity="1" material="floor"/>
    <body name="torso" pos="0 0 .75">
      <joint name="root" type="free" limited="false" armature="0" damping="0" margin=".01"/>
      <geom name="torso" type="sphere" size=".25" material="shell"/>
      ${antLegs.map(antLeg).join('\n')}
    </body>
  </worldbody>
  ${motors(
    [4, 1, 2, 3].flatMap((id) => [[`hip_${id}`, 150] as const, [`ankle_${id}`, 150] as const]),
    1,
  )}
</mujoco>`;

function hinge(name: string, axis: string, range: string, rest: string): string {
  return `<joint name="${name}" type="hinge" axis="${axis}" range="${range}" ${rest}/>`;
}

interface Side {
  readonly name: 'right' | 'left';
  /** −1 right, 1 left. */
  readonly sign: 1 | -1;
}
const sides: readonly Side[] = [
  { name: 'right', sign: -1 },
  { name: 'left', sign: 1 },
];

/** Hip, knee and foot; the two knees differ in stiffness and the hips in armature, as published. */
function humanoidLeg({ name, sign }: Side): string {
  const hipArmature = name === 'right' ? 0.008 : 0.01;
  const knee = name === 'right' ? '' : 'stiffness="1"';
  const hip = 'damping="5" stiffness="10" armature=".01"';
  return `<body name="${name}_thigh" pos="0 ${0.1 * sign} -.04">
      ${hinge(`${name}_hip_x`, `${-sign} 0 0`, '-25 5', hip)}
      ${hinge(`${name}_hip_z`, `0 0 ${-sign}`, '-60 35', hip)}
      ${hinge(`${name}_hip_y`, '0 1 0', '-110 20', `damping="5" stiffness="20" armature="${hipArmature}"`)}
      <geom name="${name}_thigh" type="capsule" fromto="0 0 0 0 ${-0.01 * sign} -.34" size=".06"/>
      <body name="${name}_shin" pos="0 ${-0.01 * sign} -.403">
        ${hinge(`${name}_knee`, '0 -1 0', '-160 -2', `pos="0 0 .02" armature=".006" ${knee}`)}
        <geom name="${name}_shin" type="capsule" fromto="0 0 0 0 0 -.3" size=".049"/>
        <body name="${name}_foot" pos="0 0 -.45">
          <geom name="${name}_foot" type="sphere" pos="0 0 .1" size=".075" material="dark"/>
        </body>
      </body>
    </body>`;
}

function humanoidArm({ name, sign }: Side): string {
  const range = name === 'right' ? '-85 60' : '-60 85';
  return `<body name="${name}_upper_arm" pos="0 ${0.17 * sign} .06">
      ${hinge(`${name}_shoulder1`, `2 ${-sign} 1`, range, 'stiffness="1" armature=".0068"')}
      ${hinge(`${name}_shoulder2`, `0 ${sign} 1`, range, 'stiffness="1" armature=".0051"')}
      <geom name="${name}_upper_arm" type="capsule" fromto="0 0 0 .16 ${0.16 * sign} -.16" size=".04"/>
      <body name="${name}_lower_arm" pos=".18 ${0.18 * sign} -.18">
        ${hinge(`${name}_elbow`, `0 -1 ${-sign}`, '-90 50', 'stiffness="0" armature=".0028"')}
        <geom name="${name}_lower_arm" type="capsule" fromto=".01 ${-0.01 * sign} .01 .17 ${-0.17 * sign} .17" size=".031"/>
        <geom name="${name}_hand" type="sphere" pos=".18 ${-0.18 * sign} .18" size=".04" material="dark"/>
      </body>
    </body>`;
}

const waist = 'damping="5" armature=".02"';

/** 13 bodies, 17 motors of ±0.4; numbers as published for Gymnasium's Humanoid-v5 (MIT). */
export const humanoidXml = `<mujoco model="humanoid">
  <compiler angle="degree" inertiafromgeom="true"/>
  <option timestep=".003" integrator="RK4" solver="Newton" iterations="50"/>
  <default>
    <joint limited="true" armature="1" damping="1"/>
    <geom contype="1" conaffinity="1" condim="1" margin=".001" material="limb"/>
  </default>
  ${looks(0.5)}
  <worldbody>
    <geom name="floor" type="plane" size="0 0 1" condim="3" friction="1 .1 .1" material="floor"/>
    <body name="torso" pos="0 0 1.4">
      <joint name="root" type="free" limited="false" armature="0" damping="0" stiffness="0"/>
      <geom name="torso" type="capsule" fromto="0 -.07 0 0 .07 0" size=".07" material="shell"/>
      <geom name="head" type="sphere" pos="0 0 .19" size=".09" material="shell"/>
      <geom name="upper_waist" type="capsule" fromto="-.01 -.06 -.12 -.01 .06 -.12" size=".06" material="shell"/>
      <body name="lwaist" pos="-.01 0 -.26" quat="1 0 -.002 0">
        <geom name="lower_waist" type="capsule" fromto="0 -.06 0 0 .06 0" size=".06" material="shell"/>
        ${hinge('abdomen_z', '0 0 1', '-45 45', `pos="0 0 .065" stiffness="20" ${waist}`)}
        ${hinge('abdomen_y', '0 1 0', '-75 30', `pos="0 0 .065" stiffness="10" ${waist}`)}
        <body name="pelvis" pos="0 0 -.165" quat="1 0 -.002 0">
          ${hinge('abdomen_x', '1 0 0', '-35 35', `pos="0 0 .1" stiffness="10" ${waist}`)}
          <geom name="seat" type="capsule" fromto="-.02 -.07 0 -.02 .07 0" size=".09" material="shell"/>
          ${sides.map(humanoidLeg).join('\n')}
        </body>
      </body>
      ${sides.map(humanoidArm).join('\n')}
    </body>
  </worldbody>
  ${motors(
    [
      ['abdomen_y', 100],
      ['abdomen_z', 100],
      ['abdomen_x', 100],
      ...sides.flatMap(({ name }) => [
        [`${name}_hip_x`, 100] as const,
        [`${name}_hip_z`, 100] as const,
        [`${name}_hip_y`, 300] as const,
        [`${name}_knee`, 200] as const,
      ]),
      ...sides.flatMap(({ name }) => [
        [`${name}_shoulder1`, 25] as const,
        [`${name}_shoulder2`, 25] as const,
        [`${name}_elbow`, 25] as const,
      ]),
    ],
    0.4,
  )}
</mujoco>`;
