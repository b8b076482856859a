/** Lines over a replay: where the agent came from, and where it went. What it predicted then is not kept. */
import { POSE_SIZE } from '../../server/protocol/index.ts';
import { type Recording, rowAt } from './recording.ts';

/** Seconds of the line ahead: as far as the live picture predicts. */
const AHEAD = 2;
/** Rows of the line behind. */
const BEHIND = 240;
const MOST_POINTS = 40;

/** Writes where the agent is at a row into `out`; false: that row has not been fetched. */
function placeAt(recording: Recording, agent: number, row: number, out: Float32Array, to: number) {
  const found = rowAt(recording, row);
  if (!found) return false;
  const { piece, at } = found;
  const from = at * (piece.poses.length / piece.rows) + agent * POSE_SIZE;
  out.set(piece.poses.subarray(from, from + 3), to);
  return true;
}

/** Whether a person drove the step that led to a row. */
function isHuman({ steps }: Recording, row: number): boolean {
  const part = steps.find(({ from, to }) => row > from && row <= to);
  const source = part?.sources[row - 1 - part.from];
  return source === 1 || source === 2;
}

/** As scene/overlays.ts draws them. */
export interface Lines {
  trail(x: number, y: number, z: number, human: boolean): void;
  clearTrail(): void;
  path(points: Float32Array, risks: Float32Array): void;
  clearPath(): void;
}

export function createDrivenLine(lines: Lines) {
  const points = new Float32Array(3 * (MOST_POINTS + 1));
  const risks = new Float32Array(MOST_POINTS + 1);
  const place = new Float32Array(3);
  let shown: Recording | undefined;
  let before = -1;

  function behind(recording: Recording, agent: number, row: number): void {
    const goesOn = recording === shown && row === before + 1;
    if (!goesOn) lines.clearTrail();
    for (let r = goesOn ? row : Math.max(0, row - BEHIND); r <= row; r++)
      if (placeAt(recording, agent, r, place, 0))
        lines.trail(place[0]!, place[1]!, place[2]!, isHuman(recording, r));
  }

  function ahead(recording: Recording, agent: number, row: number, dt: number): void {
    const last = Math.min(recording.row.length, row + Math.round(AHEAD / dt));
    const stride = Math.max(1, Math.ceil((last - row) / MOST_POINTS));
    let n = 0;
    for (let r = row; r <= last && placeAt(recording, agent, r, points, 3 * n); r += stride) {
      const found = rowAt(recording, r)!;
      risks[n++] = r > row && found.piece.costs[found.at]! > 0 ? 1 : 0;
    }
    if (n > 1) lines.path(points.subarray(0, 3 * n), risks.subarray(0, n));
    else lines.clearPath();
  }

  return {
    /** `agent`: its body in the scene; `row` whole; `dt`: s of a step. */
    draw(recording: Recording, agent: number, row: number, dt: number): void {
      if (agent < 0 || (recording === shown && row === before)) return;
      behind(recording, agent, row);
      ahead(recording, agent, row, dt);
      shown = recording;
      before = row;
    },
  };
}
