/** What the page makes of the map of behaviour. */
import type { Place } from '../../server/protocol/index.ts';

/** The best and the worst by learned reward, one of each episode; none while nothing is learned. */
export function extremes(places: readonly Place[], count: number) {
  const judged = places
    .filter((place): place is Place & { learned: number } => place.learned !== null)
    .sort((one, other) => other.learned - one.learned);
  const best = oneOfEach(judged, count);
  const taken = new Set(best.map(({ segment }) => segment));
  const rest = judged.filter(({ segment }) => !taken.has(segment));
  return { best, worst: oneOfEach(rest.toReversed(), count) };
}

function oneOfEach<P extends Place>(places: readonly P[], count: number): P[] {
  const seen = new Set<string>();
  const chosen: P[] = [];
  for (const place of places) {
    const { episodeId } = place.segment;
    if (seen.has(episodeId) || chosen.length === count) continue;
    seen.add(episodeId);
    chosen.push(place);
  }
  return chosen;
}

export interface Dot {
  readonly place: Place;
  /** In a picture of `WIDTH` by `HEIGHT`. */
  readonly cx: number;
  readonly cy: number;
  /** 0 the least, 1 the most of what it is coloured by. */
  readonly shade: number;
}

export const WIDTH = 400;
export const HEIGHT = 240;
const EDGE = 12;

/** Where each is drawn, coloured by learned reward, or by the true one while there is none. */
export function dotsOf(places: readonly Place[]): Dot[] {
  const worth = places.map(({ learned, reward }) => learned ?? reward);
  const x = scaleOf(places.map((place) => place.x));
  const y = scaleOf(places.map((place) => place.y));
  const shade = scaleOf(worth);
  return places.map((place, i) => ({
    place,
    cx: EDGE + x(place.x) * (WIDTH - 2 * EDGE),
    cy: HEIGHT - EDGE - y(place.y) * (HEIGHT - 2 * EDGE),
    shade: shade(worth[i]!),
  }));
}

/** Onto [0, 1]; the middle where all are the same. */
function scaleOf(values: readonly number[]): (value: number) => number {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return (value) => (high > low ? (value - low) / (high - low) : 0.5);
}
