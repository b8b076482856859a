/** Puts a row of a recording on a stage: a moment of the replay, or a picture of a film. */
import type { SceneDescription } from '../../server/protocol/index.ts';
import { agentOf } from '../compare/differences.ts';
import type { Client } from '../core/client.ts';
import { mixPoses } from '../core/frame-buffer.ts';
import type { Stage } from '../scene/stage.ts';
import { createDrivenLine } from './driven-line.ts';
import { type Recording, rowAt } from './recording.ts';
import { createSensedRows, type SensedRows } from './sensed-rows.ts';

/** Seconds are not exact in steps: 7 × 0.1 s is a little less than 0.7 s. */
export const ROUNDING = 1e-6;

export function createRowPainter(
  client: Pick<Client, 'scene' | 'store' | 'episodes' | 'isRecorded'>,
  stage: Stage,
) {
  let scene: SceneDescription | undefined;
  let poses = new Float32Array(0);
  let rays = 0;
  const line = createDrivenLine(stage.overlays);
  let sensed: { readonly id: string; readonly rows: SensedRows } | undefined;

  function sensedOf({ row: { id, length } }: Recording): SensedRows {
    if (sensed?.id !== id) sensed = { id, rows: createSensedRows(client.episodes, id, length + 1) };
    return sensed.rows;
  }

  const isSensing = () => {
    const { forces, welcome } = client.store.getState();
    return forces && !client.isRecorded && welcome?.environment.overlays === true;
  };

  /** Contacts, joints and rays of a row; resolves once they are drawn. */
  async function sense(recording: Recording, row: number): Promise<void> {
    const rows = isSensing() ? sensedOf(recording) : undefined;
    const draw = () => {
      const found = rows?.at(row);
      stage.setForces(found?.contacts, found?.joints);
      stage.rays.show(found?.rays);
      rays = found?.rays ? (found.rays.length - 3) / 4 : 0;
      return found !== undefined;
    };
    if (draw() || !rows) return;
    await rows.fetch(row);
    draw();
  }

  return {
    /** As many are drawn. */
    get rays() {
      return rays;
    },
    /** What is said of the overlays that somebody asked for; '': nothing. */
    words(recording: Recording, row: number): string {
      if (!isSensing()) return '';
      const rows = sensedOf(recording);
      if (rows.failure) return `Not shown: ${rows.failure}.`;
      return rows.at(row) ? '' : 'It is played again for what it sensed…';
    },
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
      line.draw(recording, agentOf(scene), first, piece.dt);
      const picture = stage.setPicture(piece.pictures?.[at]);
      return Promise.all([picture, sense(recording, first)]).then(() => {});
    },
  };
}
