import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { asUsage } from '../../experiments/errors.ts';
import { createOutput } from '../../experiments/output.ts';
import { integer, setting } from '../arguments.ts';
import { jsonOption, withExamples } from './shared.ts';

interface RoadFlags {
  seed: number;
  map?: string;
  blocks?: number;
  option: Readonly<Record<string, unknown>>;
  out: string;
  json: boolean;
}

export function roadExport(): Command {
  const command = jsonOption(new Command('road'))
    .description('write a generated road as OpenDRIVE 1.8')
    .option('--seed <n>', 'of the road', integer(0, Number.MAX_SAFE_INTEGER), 1000)
    .option('--map <letters>', 'blocks of the road by name, e.g. SCXTO')
    .option('--blocks <n>', 'how many blocks of road', integer(1, 20))
    .option(
      '--option <name=value>',
      'option of driving (lanes, laneWidth), repeatable',
      setting,
      {},
    )
    .option('--out <file>', 'where to write', 'road.xodr')
    .action(async ({ seed, map, blocks, option, out, json }: RoadFlags) => {
      const { roadText } = await import('../../sim/driving/road/road-text.ts');
      const given = { ...option, ...(map && { map }), ...(blocks && { blocks }) };
      const { text, lanes } = await asUsage(() => roadText(seed, given));
      writeFileSync(out, text);
      createOutput({ json }).result(
        { out, seed, lanes },
        () => `road ${seed}, ${lanes} lanes, in ${out}`,
      );
    });
  return withExamples(
    command,
    'reins export road --seed 7 --out road-7.xodr',
    'reins export road --map SCXTO --option lanes=2',
  );
}
