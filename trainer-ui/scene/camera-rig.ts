/** Where the picture is taken from: chase, top, cockpit, or free orbit around the agent. */
import * as THREE from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { CameraDescription, SceneDescription } from '../../server/protocol/index.ts';

/** Seconds for the chase camera to make up most of a distance. */
const SMOOTHING = 0.18;
/** Seconds for a free camera to follow up and down: a hop should be seen, not travelled along. */
const LIFT_SMOOTHING = 0.6;
/** Width over height that scenes are framed for; narrower windows get a wider angle. */
const FRAMED_ASPECT = 1.25;
/** The page's words for cameras, in the order of a scene that has others. */
const VIEWS = ['chase', 'top', 'cockpit', 'orbit'];

export interface CameraRig {
  readonly camera: THREE.PerspectiveCamera;
  setScene(description: SceneDescription): void;
  select(id: string): void;
  /**
   * Point it for the present poses; cameras on no body of the scene are on the agent's. `dt` seconds since
   * the last picture. `cut`: no smoothing.
   */
  update(
    bodyOf: (id: string) => THREE.Object3D | undefined,
    agent: THREE.Object3D | undefined,
    dt: number,
    cut: boolean,
  ): void;
  /** Direction on the ground that is up in the picture: angle from the world's x, rad. */
  heading(): number;
  resize(width: number, height: number): void;
  dispose(): void;
}

export function createCameraRig(canvas: HTMLElement): CameraRig {
  const camera = new THREE.PerspectiveCamera(55, 1, 0.1, 1500);
  camera.up.set(0, 0, 1);
  const orbit = new OrbitControls(camera, canvas);
  orbit.enabled = false;
  orbit.enableDamping = true;
  orbit.maxPolarAngle = Math.PI * 0.495;
  orbit.minDistance = 0.4;
  orbit.maxDistance = 300;
  let description: SceneDescription | undefined;
  let current: CameraDescription | undefined;
  let wanted = 'chase';
  let jump = true;
  let yaw = 0;
  const eye = new THREE.Vector3();
  const look = new THREE.Vector3();
  const target = new THREE.Vector3();
  const anchor = new THREE.Vector3();
  const lastAnchor = new THREE.Vector3();
  const forward = new THREE.Vector3();

  function choose(): void {
    const cameras = description?.cameras ?? [];
    current =
      cameras.find((c) => c.id === wanted) ??
      cameras.find((c) => c.kind === wanted) ??
      // A robot's cockpit is a camera on one of its bodies.
      cameras.find((c) => wanted === 'cockpit' && c.kind === 'mounted' && c.body !== undefined) ??
      // Without one, its other cameras take the places that are free.
      cameras[VIEWS.indexOf(wanted) === 2 ? 1 : 0] ??
      cameras[0];
    jump = true;
    const free = current?.kind === 'orbit' || current?.kind === 'fixed';
    orbit.enabled = free;
    if (!current) return;
    camera.up.set(0, 0, 1);
    frameLens(current.fov);
  }

  /** Vertical field of view, wider in narrow windows so that nothing is cut off at the sides. */
  function frameLens(fov: number): void {
    const widen = Math.max(1, FRAMED_ASPECT / camera.aspect);
    camera.fov = (2 * Math.atan(widen * Math.tan((fov * Math.PI) / 360)) * 180) / Math.PI;
    camera.updateProjectionMatrix();
  }

  /** Offsets turn with the body's heading, not with its roll: people get sick of that. */
  function turned(v: readonly [number, number, number], out: THREE.Vector3): THREE.Vector3 {
    const cos = Math.cos(yaw);
    const sin = Math.sin(yaw);
    return out.set(v[0] * cos - v[1] * sin, v[0] * sin + v[1] * cos, v[2]).add(anchor);
  }

  function headingOf(body: THREE.Object3D): number {
    forward.set(1, 0, 0).applyQuaternion(body.quaternion);
    return Math.atan2(forward.y, forward.x);
  }

  function follow(
    c: CameraDescription,
    body: THREE.Object3D | undefined,
    dt: number,
    cut: boolean,
  ): void {
    const share = cut || jump ? 1 : 1 - Math.exp(-dt / SMOOTHING);
    if (body && c.kind !== 'top') {
      const heading = headingOf(body);
      const turn = Math.atan2(Math.sin(heading - yaw), Math.cos(heading - yaw));
      yaw += turn * (c.kind === 'cockpit' ? 1 : share);
    } else if (c.kind === 'top') yaw = 0;
    turned(c.position, eye);
    turned(c.target, target);
    camera.position.copy(eye);
    look.copy(target);
    if (c.kind === 'top') camera.up.set(0, 1, 0);
    camera.lookAt(look);
  }

  /** A point of a body's frame, or of the world. */
  function pointOn(
    body: THREE.Object3D | undefined,
    point: readonly [number, number, number],
    out: THREE.Vector3,
  ): THREE.Vector3 {
    out.fromArray(point);
    return body ? out.applyQuaternion(body.quaternion).add(body.position) : out;
  }

  /** Rigidly on the body, tilting with it, or upright with its aim in the middle. */
  function ride(
    { position, target: ahead, up, aim }: CameraDescription,
    body: THREE.Object3D | undefined,
    aimed: THREE.Object3D | undefined,
  ): void {
    camera.up.fromArray(up ?? [0, 0, 1]);
    if (body && !aim) camera.up.applyQuaternion(body.quaternion);
    pointOn(body, position, camera.position);
    camera.lookAt(aim ? pointOn(aimed, aim.position, look) : pointOn(body, ahead, look));
  }

  function drift(c: CameraDescription, cut: boolean): void {
    if (jump || cut) {
      yaw = 0;
      camera.position.copy(turned(c.position, eye));
      orbit.target.copy(turned(c.target, target));
    } else {
      // The view travels with the agent; the person turns it.
      target.copy(anchor).sub(lastAnchor);
      camera.position.add(target);
      orbit.target.add(target);
    }
    orbit.update();
  }

  return {
    camera,
    setScene(next) {
      description = next;
      choose();
    },
    select(id) {
      wanted = id;
      choose();
    },
    update(bodyOf, agent, dt, cut) {
      if (!current) return;
      const own = current.body === undefined ? undefined : bodyOf(current.body);
      const body = own ?? agent;
      if (body && current.body !== undefined) anchor.copy(body.position);
      else anchor.set(0, 0, 0);
      if (current.kind === 'orbit' || current.kind === 'fixed') {
        if (!cut && !jump) {
          const share = 1 - Math.exp(-dt / LIFT_SMOOTHING);
          anchor.z = lastAnchor.z + share * (anchor.z - lastAnchor.z);
        }
        drift(current, cut);
      } else if (current.kind === 'mounted')
        ride(current, own, current.aim?.body === undefined ? undefined : bodyOf(current.aim.body));
      else follow(current, body, dt, cut);
      lastAnchor.copy(anchor);
      jump = false;
    },
    heading() {
      camera.getWorldDirection(forward);
      // Straight down, forward says nothing: the picture's upper edge does.
      if (Math.hypot(forward.x, forward.y) < 0.2) forward.copy(camera.up);
      return Math.atan2(forward.y, forward.x);
    },
    resize(width, height) {
      camera.aspect = width / Math.max(1, height);
      frameLens(current?.fov ?? camera.fov);
    },
    dispose: () => orbit.dispose(),
  };
}
