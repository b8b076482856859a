/**
 * The property of `generate.test.ts` over many seeds: `npx tsx tests/sim/driving/map/all-seeds.ts 10000`.
 * Lane counts 1–5 and 3–7 blocks take turns. Prints the time of generation alone and of the checks.
 */
import { generateMap } from '../../../../sim/driving/map/generate.ts';
import { checkMap } from './check-map.ts';

const count = Number(process.argv[2] ?? 10_000);
const spent: number[] = [];
const begin = performance.now();
for (let seed = 0; seed < count; seed++) {
  const options = { blocks: 3 + (seed % 5), lanes: 1 + (Math.floor(seed / 5) % 5), laneWidth: 3.5 };
  const start = performance.now();
  const map = generateMap(seed, options);
  spent.push(performance.now() - start);
  checkMap(map);
}
spent.sort((a, b) => a - b);
const at = (share: number) => spent[Math.floor((count - 1) * share)]!.toFixed(2);
console.log(
  `${count} maps hold; generation median ${at(0.5)} ms, 99 % ${at(0.99)} ms, longest ${at(1)} ms; ` +
    `all with checks ${((performance.now() - begin) / 1000).toFixed(1)} s`,
);
