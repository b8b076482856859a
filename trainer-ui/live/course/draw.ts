/** The course on its canvas: a line over time, and stripes of who drove and what it cost. */
import { type Instant, SECONDS } from './history.ts';

const LINE = '#2f9e44';
const HUMAN = '#ff922b';
const COST = '#fa5252';
const AXIS = 'rgb(128 128 128 / 50%)';
/** Pixels of the stripe. */
const STRIPE = 4;

export function drawCourse(
  canvas: HTMLCanvasElement,
  instants: readonly Instant[],
  values: readonly number[],
  scale: { readonly low: number; readonly high: number } | undefined,
): void {
  const context = canvas.getContext('2d')!;
  const { clientWidth: width, clientHeight: height } = canvas;
  const sharp = window.devicePixelRatio;
  if (canvas.width !== Math.round(width * sharp) || canvas.height !== Math.round(height * sharp)) {
    canvas.width = Math.round(width * sharp);
    canvas.height = Math.round(height * sharp);
  }
  context.setTransform(sharp, 0, 0, sharp, 0, 0);
  context.clearRect(0, 0, width, height);
  const now = instants.at(-1)?.time ?? 0;
  const x = (time: number) => width * (1 - (now - time) / SECONDS);
  for (const [i, { time, isHuman, hasCost }] of instants.entries()) {
    if (!isHuman && !hasCost) continue;
    context.fillStyle = hasCost ? COST : HUMAN;
    const from = x(instants[i - 1]?.time ?? time);
    context.fillRect(from, height - STRIPE, Math.max(1, x(time) - from), STRIPE);
  }
  if (!scale) return;
  const { low, high } = scale;
  const y = (value: number) => 1 + (height - STRIPE - 3) * (1 - (value - low) / (high - low));
  context.strokeStyle = AXIS;
  context.beginPath();
  context.moveTo(0, y(0));
  context.lineTo(width, y(0));
  context.stroke();
  context.strokeStyle = LINE;
  context.lineWidth = 1.5;
  context.beginPath();
  let isDown = false;
  for (const [i, { time }] of instants.entries()) {
    const value = values[i]!;
    if (!Number.isFinite(value)) isDown = false;
    else if (isDown) context.lineTo(x(time), y(value));
    else {
      context.moveTo(x(time), y(value));
      isDown = true;
    }
  }
  context.stroke();
}
