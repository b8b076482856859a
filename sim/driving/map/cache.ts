/**
 * Maps already made, shared by all environments of a thread: a map follows from seed and options alone
 * and never changes, so sixty environments on the same roads need one copy.
 */
import type { MapOptions, RoadMap } from './contract.ts';
import { generateMap } from './generate.ts';
import { routedMap } from './read/routed-map.ts';

/** The training and evaluation roads of a split, and then some. */
const KEPT = 160;
const maps = new Map<string, RoadMap>();

/** As `generateMap`; the least recently used maps are forgotten. */
export function cachedMap(seed: number, options: MapOptions): RoadMap {
  const { blocks, sequence = '', lanes, laneWidth, network, route } = options;
  if (network) return routedMap(network, seed, route);
  const key = `${seed} ${blocks} ${sequence} ${lanes} ${laneWidth}`;
  const map = maps.get(key) ?? generateMap(seed, options);
  maps.delete(key);
  maps.set(key, map);
  if (maps.size > KEPT) maps.delete(maps.keys().next().value!);
  return map;
}
