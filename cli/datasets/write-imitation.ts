/** imitation's trajectories: a Hugging Face `save_to_disk` folder, a row per episode. */
import {
  AsyncByteQueue,
  Bool,
  type Data,
  type DataType,
  Field,
  Float32,
  List,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow';
import type { NewFile } from '../../server/storage/write-file.ts';
import { pythonJson } from './python-json.ts';
import { type Annotated, SOURCES } from './source.ts';
import type { Writer } from './writer.ts';

const FILE = 'data-00000-of-00001.arrow';

const list = <T extends DataType>(of: T) => new List(new Field('item', of, true));
const numbers = list(new Float32());
const SCHEMA = new Schema([
  new Field('obs', list(numbers), true),
  new Field('acts', list(numbers), true),
  new Field('infos', list(new Utf8()), true),
  new Field('terminal', new Bool(), true),
  new Field('rews', numbers, true),
]);

export const writeImitation: Writer = ({ folder, source }) => {
  const file = folder.open(FILE);
  // The stream form of Arrow's files: Hugging Face cannot read the other.
  const writer = new RecordBatchStreamWriter();
  writer.reset(new IntoFile(file), SCHEMA);
  return {
    add(annotated) {
      writer.write(batchOf(annotated, source.spec.controlDt));
    },
    finish() {
      writer.finish();
      file.finish();
      const state = {
        ...{
          _data_files: [{ filename: FILE }],
          _fingerprint: '0'.repeat(16),
          _format_columns: null,
        },
        ...{ _format_kwargs: {}, _format_type: null, _output_all_columns: false, _split: null },
      };
      folder.write(JSON.stringify(state, null, 2), 'state.json');
      folder.write('{}', 'dataset_info.json');
    },
  };
};

/** What the writer makes goes to disk at once. */
class IntoFile extends AsyncByteQueue {
  readonly #file: NewFile;
  constructor(file: NewFile) {
    super();
    this.#file = file;
  }
  override write(bytes: Uint8Array): void {
    this.#file.write(bytes);
  }
}

function batchOf(a: Annotated, controlDt: number): RecordBatch {
  const { episode } = a;
  const { length: n, observationSize: d, actionSize: k } = episode;
  const infos = Array.from({ length: n }, (_, t) => pythonJson(infoOf(a, t, controlDt)));
  const children = [
    oneList(rowsData(episode.observations, d, n + 1)),
    oneList(rowsData(episode.actions, k, n)),
    oneList(stringsData(infos)),
    makeData({
      type: new Bool(),
      length: 1,
      data: Uint8Array.of(episode.end === 'terminated' ? 1 : 0),
    }),
    oneList(floats(a.rewards)),
  ];
  const type = new Struct(SCHEMA.fields);
  return new RecordBatch(SCHEMA, makeData({ type, length: 1, nullCount: 0, children }));
}

/** What the step's row of the data set says beside the transition. */
function infoOf(a: Annotated, t: number, controlDt: number): Record<string, unknown> {
  const { episode } = a;
  const k = episode.actionSize;
  return {
    time: a.startTime + (t + 1) * controlDt,
    env_reward: episode.envRewards[t],
    cost: episode.costs[t],
    success: episode.successes[t] === 1,
    source: SOURCES[episode.sources[t]!],
    driver: a.drivers[t],
    policy_action: [...episode.policyActions.subarray(t * k, (t + 1) * k)],
    policy_version: episode.policyVersions[t],
    human_reward: a.humanRewards[t],
    ...(t === 0 ? { episode_id: episode.id, seed: episode.seed } : {}),
    ...(t === episode.length - 1 ? { end: episode.end, end_reason: episode.endReason ?? '' } : {}),
  };
}

const floats = (data: Float32Array) =>
  makeData({ type: new Float32(), length: data.length, nullCount: 0, data });

/** `count` lists of `size` numbers each. */
function rowsData(data: Float32Array, size: number, count: number): Data<List<Float32>> {
  const valueOffsets = Int32Array.from({ length: count + 1 }, (_, i) => i * size);
  return makeData({
    type: numbers,
    length: count,
    nullCount: 0,
    valueOffsets,
    child: floats(data),
  });
}

function oneList<T extends DataType>(child: Data<T>): Data<List<T>> {
  const valueOffsets = Int32Array.of(0, child.length);
  return makeData({ type: list(child.type), length: 1, nullCount: 0, valueOffsets, child });
}

function stringsData(texts: readonly string[]): Data<Utf8> {
  const bytes = texts.map((text) => Buffer.from(text));
  const valueOffsets = new Int32Array(texts.length + 1);
  for (const [i, piece] of bytes.entries()) valueOffsets[i + 1] = valueOffsets[i]! + piece.length;
  const data = Buffer.concat(bytes);
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data });
}
