/** The course on its canvas: lines over time, and stripes of who drove and what it cost. */
import { type Instant, SECONDS } from './history.ts';

const LINE = '#2f9e44';
const HUMAN = '#ff922b';
const COST = '#fa5252';
const APART = '#9775fa';
const APART_FILL = 'rgb(151 117 250 / 35%)';
const AXIS = 'rgb(128 128 128 / 50%)';
/** Pixels of the stripe. */
const STRIPE = 4;
/** Of the lane of the disagreement, which stands on the stripe. */
const LANE = 12;

export function drawCourse(
  canvas: HTMLCanvasElement,
  instants: readonly Instant[],
  values: readonly number[],
  scale: { readonly low: number; readonly high: number } | undefined,
  /** Greatest disagreement, the top of its lane; undefined: none is told. */
  apart: number | undefined,
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
  const bottom = height - STRIPE;
  const points = (value: (i: Instant, at: number) => number) =>
    instants.map((i, at) => ({ x: x(i.time), value: value(i, at) }));
  if (apart !== undefined) {
    const up = (value: number) => bottom - 1 - (LANE - 2) * (value / apart);
    drawLane(
      context,
      points((i) => i.disagreement),
      up,
    );
  }
  if (!scale) return;
  const { low, high } = scale;
  const room = bottom - (apart === undefined ? 0 : LANE) - 3;
  const y = (value: number) => 1 + room * (1 - (value - low) / (high - low));
  context.strokeStyle = AXIS;
  context.beginPath();
  context.moveTo(0, y(0));
  context.lineTo(width, y(0));
  context.stroke();
  context.strokeStyle = LINE;
  context.lineWidth = 1.5;
  drawLine(
    context,
    points((_, at) => values[at]!),
    y,
  );
}

interface Point {
  readonly x: number;
  readonly value: number;
}

/** Broken where a number is missing. */
function drawLine(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  y: (value: number) => number,
): void {
  context.beginPath();
  let isDown = false;
  for (const { x, value } of points) {
    if (!Number.isFinite(value)) isDown = false;
    else if (isDown) context.lineTo(x, y(value));
    else {
      context.moveTo(x, y(value));
      isDown = true;
    }
  }
  context.stroke();
}

/** A line, and what is below it filled. */
function drawLane(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  y: (value: number) => number,
): void {
  context.fillStyle = APART_FILL;
  for (const [i, { x, value }] of points.entries()) {
    const from = points[i - 1]?.x ?? x;
    if (Number.isFinite(value)) context.fillRect(from, y(value), x - from, y(0) - y(value));
  }
  context.strokeStyle = APART;
  context.lineWidth = 1;
  drawLine(context, points, y);
}
