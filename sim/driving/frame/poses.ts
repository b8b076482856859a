/** Poses of bodies that stand on the ground, in rows of a pose array. */
import { BOX_KIND, type Boxes } from './boxes.ts';

/** Write row `row` of a pose array: a body standing on the ground. */
export function writeGroundPose(
  out: Float32Array,
  row: number,
  x: number,
  y: number,
  heading: number,
): void {
  const at = 7 * row;
  out[at] = x;
  out[at + 1] = y;
  out[at + 2] = 0;
  out[at + 3] = Math.cos(heading / 2);
  out[at + 4] = 0;
  out[at + 5] = 0;
  out[at + 6] = Math.sin(heading / 2);
}

/** Write the first `count` boxes from row `row` on. An all-zero quaternion hides boxes that are not there. */
export function writeBoxPoses(out: Float32Array, row: number, boxes: Boxes, count: number): void {
  for (let i = 0; i < count; i++) {
    if (boxes.kind[i] === BOX_KIND.none) out.fill(0, 7 * (row + i), 7 * (row + i + 1));
    else writeGroundPose(out, row + i, boxes.x[i]!, boxes.y[i]!, boxes.heading[i]!);
  }
}
