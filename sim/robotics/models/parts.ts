/**
 * Looks shared by our models: a checked floor and some materials. Physics lives in each model.
 * `checks`: pairs of floor tiles per metre.
 */
export const looks = (checks: number) => `
  <asset>
    <texture name="checks" type="2d" builtin="checker" mark="edge" rgb1=".2 .24 .3" rgb2=".24 .29 .36" markrgb=".32 .38 .46" width="64" height="64"/>
    <material name="floor" texture="checks" texuniform="true" texrepeat="${checks} ${checks}" shininess=".1"/>
    <material name="shell" rgba=".92 .58 .25 1" shininess=".5"/>
    <material name="limb" rgba=".32 .62 .78 1" shininess=".5"/>
    <material name="other" rgba=".62 .45 .78 1" shininess=".5"/>
    <material name="dark" rgba=".2 .22 .25 1" shininess=".4"/>
    <material name="marker" rgba=".9 .25 .3 1" emission=".4"/>
  </asset>`;

/** `count` motors for joints: `[joint, gear]`. */
export function motors(list: readonly (readonly [string, number])[], range: number): string {
  const rows = list.map(
    ([joint, gear]) =>
      `<motor name="${joint}" joint="${joint}" gear="${gear}" ctrllimited="true" ctrlrange="${-range} ${range}"/>`,
  );
  return `<actuator>${rows.join('\n')}</actuator>`;
}

/** Planar root: slides along x and z and a hinge about y, without friction, named as in the literature. */
export function planarRoot(height: number): string {
  const free = 'limited="false" armature="0" damping="0" stiffness="0"';
  return `
      <joint name="rootx" type="slide" axis="1 0 0" pos="0 0 ${-height}" ${free}/>
      <joint name="rootz" type="slide" axis="0 0 1" pos="0 0 ${-height}" ref="${height}" ${free}/>
      <joint name="rooty" type="hinge" axis="0 1 0" pos="0 0 0" ${free}/>`;
}
