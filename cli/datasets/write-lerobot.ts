/** LeRobot v3.0 without cameras: frames in one table, and statistics of every feature. */
import {
  cellsOf,
  type Feature,
  type Features,
  featuresOf,
  fieldType,
  type Place,
} from './lerobot-features.ts';
import {
  type Numbers,
  STATISTICS,
  type Statistics,
  statisticsOf,
  Totals,
} from './lerobot-statistics.ts';
import { type Cells, createParquet, type Fields, type ParquetFile } from './parquet-file.ts';
import { pythonJson } from './python-json.ts';
import type { Writer, WriterOptions } from './writer.ts';

const FILE_MB = 100;
const CHUNK_FILES = 1000;
/** Frames in a row group, at least: Hugging Face reads in batches of the first group's size, and a short episode would make it slow. */
const GROUP = 250;

export const writeLerobot: Writer = (options) => {
  const { folder, source } = options;
  const features = featuresOf(source.spec);
  const fields = Object.fromEntries(
    Object.entries(features).map(([name, feature]) => [name, fieldType(feature)]),
  );
  const totals = new Map<string, Totals>();
  for (const [name, { dtype, size }] of Object.entries(features))
    if (dtype !== 'string') totals.set(name, new Totals(size));
  const task = source.spec.environmentId;
  const listing = folder.open('meta', 'episodes', 'chunk-000', 'file-000.parquet');
  const episodes = createParquet(listing, episodeFields([...totals.keys()]), { groupRows: 100 });
  let data: ParquetFile | undefined;
  let [files, frames, count] = [0, 0, 0];
  return {
    add(annotated, index) {
      data ??= createParquet(folder.open('data', ...dataPath(files++)), fields, {
        groupRows: GROUP,
      });
      const place = { episode: index, from: frames };
      const cells: Record<string, unknown[]> = {};
      const statistics: Record<string, Statistics> = {};
      for (const [name, feature] of Object.entries(features)) {
        const values = feature.values(annotated, place);
        cells[name] = cellsOf(feature, values);
        const total = totals.get(name);
        if (!total) continue;
        total.add(values as Numbers);
        statistics[name] = statisticsOf(values as Numbers, feature.size);
      }
      data.write(cells);
      const { length } = annotated.episode;
      episodes.write(episodeCells({ ...place, length, file: files - 1, task }, statistics));
      frames += length;
      count++;
      if (data.bytes < FILE_MB * 1e6) return;
      data.finish();
      data = undefined;
    },
    async finish() {
      data?.finish();
      episodes.finish();
      await findQuantiles(options, features, totals);
      const all = [...totals].map(([name, total]) => [name, plain(total.statistics())] as const);
      folder.write(pythonJson(Object.fromEntries(all), 2), 'meta', 'stats.json');
      writeTasks(options, task);
      const info = infoOf(options, features, { frames, episodes: count });
      folder.write(pythonJson(info, 2), 'meta', 'info.json');
      folder.write(dataCard(options), 'README.md');
    },
  };
};

function dataPath(file: number): [chunk: string, name: string] {
  const digits = (n: number) => String(n).padStart(3, '0');
  return [
    `chunk-${digits(Math.floor(file / CHUNK_FILES))}`,
    `file-${digits(file % CHUNK_FILES)}.parquet`,
  ];
}

/** Counts all episodes again, a digit of the quantiles at a time. */
async function findQuantiles(
  { again }: WriterOptions,
  features: Features,
  totals: ReadonlyMap<string, Totals>,
): Promise<void> {
  const all = [...totals];
  while (all.map(([, total]) => total.descend()).includes(true)) {
    let place: Place = { episode: 0, from: 0 };
    for await (const annotated of again()) {
      for (const [name, total] of all)
        total.refine(features[name]!.values(annotated, place) as Numbers);
      place = { episode: place.episode + 1, from: place.from + annotated.episode.length };
    }
  }
}

/** As LeRobot has them in JSON: lists, the count too. */
const plain = ({ count, ...rest }: Statistics) => ({ ...rest, count: [count] });

function episodeFields(names: readonly string[]): Fields {
  const statistics = names.flatMap((name) => [
    ...STATISTICS.map((key) => [`stats/${name}/${key}`, 'DOUBLE[]'] as const),
    [`stats/${name}/count`, 'INT64[]'] as const,
  ]);
  return {
    episode_index: 'INT64',
    tasks: 'STRING[]',
    length: 'INT64',
    'data/chunk_index': 'INT64',
    'data/file_index': 'INT64',
    dataset_from_index: 'INT64',
    dataset_to_index: 'INT64',
    ...Object.fromEntries(statistics),
    'meta/episodes/chunk_index': 'INT64',
    'meta/episodes/file_index': 'INT64',
  };
}

function episodeCells(
  place: Place & { readonly length: number; readonly file: number; readonly task: string },
  statistics: Readonly<Record<string, Statistics>>,
): Cells {
  const { episode, from, length, file, task } = place;
  const cells: Record<string, unknown[]> = {
    episode_index: [BigInt(episode)],
    tasks: [[task]],
    length: [BigInt(length)],
    'data/chunk_index': [BigInt(Math.floor(file / CHUNK_FILES))],
    'data/file_index': [BigInt(file % CHUNK_FILES)],
    dataset_from_index: [BigInt(from)],
    dataset_to_index: [BigInt(from + length)],
    'meta/episodes/chunk_index': [0n],
    'meta/episodes/file_index': [0n],
  };
  for (const [name, of] of Object.entries(statistics)) {
    for (const key of STATISTICS) cells[`stats/${name}/${key}`] = [of[key]];
    cells[`stats/${name}/count`] = [[BigInt(of.count)]];
  }
  return cells;
}

/** Read with pandas, whose index is the task's name: without saying so the name is silently a number. */
function writeTasks({ folder }: WriterOptions, task: string): void {
  const column = (name: string, pandas_type: string, numpy_type: string) => ({
    ...{ name, field_name: name, pandas_type, numpy_type, metadata: null },
  });
  const pandas = {
    index_columns: ['task'],
    column_indexes: [],
    columns: [column('task_index', 'int64', 'int64'), column('task', 'unicode', 'object')],
    creator: { library: 'reins', version: '' },
    pandas_version: '2.0.0',
  };
  const file = createParquet(
    folder.open('meta', 'tasks.parquet'),
    { task_index: 'INT64', task: 'STRING' },
    { kvMetadata: [{ key: 'pandas', value: JSON.stringify(pandas) }] },
  );
  file.write({ task_index: [0n], task: [task] });
  file.finish();
}

function infoOf(
  { source: { spec } }: WriterOptions,
  features: Features,
  { frames, episodes }: { readonly frames: number; readonly episodes: number },
): object {
  const describe = ({ dtype, size, names }: Feature) => ({ dtype, shape: [size], names });
  return {
    codebase_version: 'v3.0',
    robot_type: spec.environmentId,
    total_episodes: episodes,
    total_frames: frames,
    total_tasks: 1,
    chunks_size: CHUNK_FILES,
    data_files_size_in_mb: FILE_MB,
    video_files_size_in_mb: 200,
    fps: Number((1 / spec.controlDt).toPrecision(6)), // of float32 steps
    splits: { train: `0:${episodes}` },
    data_path: 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet',
    video_path: null,
    features: Object.fromEntries(
      Object.entries(features).map(([name, feature]) => [name, describe(feature)]),
    ),
  };
}

function dataCard({ source: { run, spec } }: WriterOptions): string {
  return `---
task_categories: [robotics]
tags: [LeRobot, reins]
---
Run ${run.id} of ${spec.environmentId}, preset ${run.preset}, with people's takeovers and feedback.

- \`action\` is what was executed; what the policy proposed is \`complementary_info.proposed_action\`.
- \`intervention\`: a person drove. Who: \`reins.driver\`. \`reins.source\` also tells blended steps.
- \`next.done\` is true only where an episode terminated; a time limit or a break is \`next.truncated\`.
- \`timestamp\` is simulated time since the episode's first frame, \`reins.time\` since the reset.
- \`reins.human_reward\`: what people said of the frame; NaN is silence. Preferences and ratings: \`reins/feedback.jsonl\`.
- The observation after an episode's last action is in \`reins/episodes.jsonl\`.
`;
}
