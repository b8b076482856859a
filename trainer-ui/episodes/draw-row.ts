/** Puts a row of a recording on a stage: a moment of the replay, or a picture of a film. */
import type { SceneDescription } from '../../server/protocol/index.ts';
import type { Client } from '../core/client.ts';
import { mixPoses } from '../core/frame-buffer.ts';
import type { Stage } from '../scene/stage.ts';
import { type Recording, rowAt } from './use-recording.ts';

/** Seconds are not exact in steps: 7 × 0.1 s is a little less than 0.7 s. */
export const ROUNDING = 1e-6;

export function createRowPainter(client: Pick<Client, 'scene'>, stage: Stage) {
  let scene: SceneDescription | undefined;
  let poses = new Float32Array(0);

  return {
    /**
     * `row`: from 0; between two rows the poses are mixed. Resolves once the environment's own picture is there,
     * where it draws one; undefined: that row has not been fetched yet.
     */
    place(recording: Recording, row: number): Promise<void> | undefined {
      const first = Math.floor(row + ROUNDING);
      const found = rowAt(recording, first);
      // Kept here: the client forgets scenes when many others come.
      scene ??= found && client.scene(found.piece.sceneId);
      if (!found || !scene) return undefined;
      stage.setScene(scene);
      const { piece, at } = found;
      const width = piece.poses.length / piece.rows;
      if (poses.length !== width) poses = new Float32Array(width);
      const from = piece.poses.subarray(at * width, (at + 1) * width);
      const next = piece.poses.subarray((at + 1) * width, (at + 2) * width);
      if (next.length < width) poses.set(from);
      else mixPoses(from, next, Math.max(0, row - first), poses);
      stage.setPoses(poses);
      return stage.setPicture(piece.pictures?.[at]);
    },
  };
}
