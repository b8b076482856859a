import { looks } from './parts.ts';

const rail = (from: string, to: string) =>
  `<geom type="capsule" fromto="${from} .01 ${to} .01" size=".02" conaffinity="0" material="other"/>`;

/** Two links of 10 cm in the plane; numbers as published for Gymnasium's Reacher-v5 (MIT). */
export const reacherXml = `<mujoco model="reacher">
  <compiler angle="radian" inertiafromgeom="true"/>
  <option timestep=".01" integrator="RK4" gravity="0 0 -9.81"/>
  <default>
    <joint limited="true" armature="1" damping="1"/>
    <geom contype="0" friction="1 .1 .1"/>
  </default>
  ${looks(8)}
  <worldbody>
    <geom name="ground" type="plane" size="0 0 1" conaffinity="0" material="floor"/>
    ${rail('-.3 -.3', '.3 -.3')}
    ${rail('.3 -.3', '.3 .3')}
    ${rail('-.3 .3', '.3 .3')}
    ${rail('-.3 -.3', '-.3 .3')}
    <geom name="root" type="cylinder" fromto="0 0 0 0 0 .02" size=".011" conaffinity="0" material="dark"/>
    <body name="body0" pos="0 0 .01">
      <joint name="joint0" type="hinge" axis="0 0 1" limited="false"/>
      <geom name="link0" type="capsule" fromto="0 0 0 .1 0 0" size=".01" material="limb"/>
      <body name="body1" pos=".1 0 0">
        <joint name="joint1" type="hinge" axis="0 0 1" range="-3 3"/>
        <geom name="link1" type="capsule" fromto="0 0 0 .1 0 0" size=".01" material="limb"/>
        <body name="fingertip" pos=".11 0 0">
          <geom name="fingertip" type="sphere" size=".01" material="shell"/>
        </body>
      </body>
    </body>
    <body name="target" pos=".1 -.1 .01">
      <joint name="target_x" type="slide" axis="1 0 0" armature="0" damping="0" range="-.27 .27" ref=".1"/>
      <joint name="target_y" type="slide" axis="0 1 0" armature="0" damping="0" range="-.27 .27" ref="-.1"/>
      <geom name="target" type="sphere" size=".009" conaffinity="0" material="marker"/>
    </body>
  </worldbody>
  <actuator>
    <motor name="joint0" joint="joint0" gear="200" ctrllimited="true" ctrlrange="-1 1"/>
    <motor name="joint1" joint="joint1" gear="200" ctrllimited="true" ctrlrange="-1 1"/>
  </actuator>
</mujoco>`;
