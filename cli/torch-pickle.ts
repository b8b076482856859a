/**
 * The weights in a file of torch.save: a zip with a pickle. The pickle is read by the few operations that weights
 * need, which cannot run anything; whatever else it asks for is refused by name.
 */
import { unzipSync } from 'fflate';

/** Row-major, as torch has it: (outputs, inputs) for a linear layer. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

type Files = Readonly<Record<string, Uint8Array>>;

/** Tensors by name. @throws RangeError naming what is not weights in float32. */
export function readTorch(bytes: Uint8Array): Map<string, Tensor> {
  const files = unzipSync(bytes);
  const pickle = Object.keys(files).find((name) => name.endsWith('/data.pkl'));
  if (pickle === undefined) throw new RangeError('torch: has no data.pkl');
  const folder = pickle.slice(0, -'data.pkl'.length);
  const result = new Unpickler(files[pickle]!, files, folder).run();
  if (!(result instanceof Map)) throw new RangeError('torch: holds no names with tensors');
  for (const [name, value] of result)
    if (typeof name !== 'string' || !isTensor(value))
      throw new RangeError(`torch: ${String(name)} is no tensor`);
  return result as Map<string, Tensor>;
}

const isTensor = (value: unknown): value is Tensor =>
  typeof value === 'object' && value !== null && 'shape' in value && 'values' in value;

const MARK = Symbol('mark');
/** A class or function by name, not the thing itself. */
class Name {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const ALLOWED = [
  'collections OrderedDict',
  'torch._utils _rebuild_tensor_v2',
  'torch FloatStorage',
] as const;

class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #files: Files;
  readonly #folder: string;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #at = 0;

  constructor(bytes: Uint8Array, files: Files, folder: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#files = files;
    this.#folder = folder;
  }

  run(): unknown {
    for (;;) {
      const code = this.#byte();
      if (code === 0x2e) return this.#stack.pop(); // STOP
      const operation = OPERATIONS[code];
      if (!operation)
        throw new RangeError(
          `torch: its pickle has operation 0x${code.toString(16)}, not of weights`,
        );
      operation(this);
    }
  }

  #byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw new RangeError('torch: its pickle ends too early');
    return value;
  }

  /** Number of 1, 2, 4 or 8 bytes, little-endian. */
  number(bytes: 1 | 2 | 4 | 8): number {
    const at = this.#at;
    this.#at += bytes;
    if (bytes === 1) return this.#view.getUint8(at);
    if (bytes === 2) return this.#view.getUint16(at, true);
    return bytes === 4 ? this.#view.getInt32(at, true) : Number(this.#view.getBigInt64(at, true));
  }

  text(length: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(this.#at, (this.#at += length)));
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    const text = this.text(end - this.#at);
    this.#at++;
    return text;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    return this.#stack.pop();
  }

  top(): unknown {
    return this.#stack.at(-1);
  }

  /** All above the last mark. */
  above(): unknown[] {
    const from = this.#stack.lastIndexOf(MARK);
    const values = this.#stack.splice(from);
    return values.slice(1);
  }

  remember(key = this.#memo.size): void {
    this.#memo.set(key, this.top());
  }

  recall(key: number): void {
    this.push(this.#memo.get(key));
  }

  named(module: string, name: string): void {
    const text = `${module} ${name}`;
    if (!(ALLOWED as readonly string[]).includes(text))
      throw new RangeError(`torch: its pickle asks for ${module}.${name}, allowed float32 weights`);
    this.push(new Name(text));
  }

  /** ('storage', FloatStorage, key, device, count) */
  storage(): void {
    const [, type, key, , count] = this.pop() as [string, Name, string, string, number];
    if (type.text !== 'torch FloatStorage') throw new RangeError('torch: is not in float32');
    const bytes = this.#files[`${this.#folder}data/${key}`];
    if (bytes?.length !== 4 * count) throw new RangeError(`torch: data/${key} is not whole`);
    this.push(new Float32Array(Uint8Array.from(bytes).buffer));
  }

  call(): void {
    const args = this.pop() as unknown[];
    const { text } = this.pop() as Name;
    if (text === 'collections OrderedDict') {
      this.push(new Map());
      return;
    }
    // _rebuild_tensor_v2(storage, offset, size, stride, …)
    const [storage, offset, shape, stride] = args as [Float32Array, number, number[], number[]];
    const expected = shape.map((_, i) => shape.slice(i + 1).reduce((a, b) => a * b, 1));
    if (stride.some((s, i) => shape[i]! > 1 && s !== expected[i]))
      throw new RangeError('torch: a tensor is not row by row');
    const size = shape.reduce((a, b) => a * b, 1);
    this.push({ shape, values: storage.slice(offset, offset + size) } satisfies Tensor);
  }

  setItems(items: readonly unknown[]): void {
    const map = this.top() as Map<unknown, unknown>;
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  }
}

/** Operations of pickle protocol 2 to 4 that weights are written with (pickletools has their names). */
const OPERATIONS: Readonly<Record<number, (p: Unpickler) => void>> = {
  128: (p) => void p.number(1), // PROTO
  149: (p) => void p.number(8), // FRAME
  40: (p) => p.push(MARK),
  125: (p) => p.push(new Map()), // EMPTY_DICT
  93: (p) => p.push([]), // EMPTY_LIST
  41: (p) => p.push([]), // EMPTY_TUPLE
  78: (p) => p.push(null),
  136: (p) => p.push(true),
  137: (p) => p.push(false),
  74: (p) => p.push(p.number(4)), // BININT
  75: (p) => p.push(p.number(1)), // BININT1
  77: (p) => p.push(p.number(2)), // BININT2
  88: (p) => p.push(p.text(p.number(4))), // BINUNICODE
  140: (p) => p.push(p.text(p.number(1))), // SHORT_BINUNICODE
  99: (p) => p.named(p.line(), p.line()), // GLOBAL
  147: (p) => {
    const name = p.pop();
    p.named(String(p.pop()), String(name)); // STACK_GLOBAL
  },
  113: (p) => p.remember(p.number(1)), // BINPUT
  114: (p) => p.remember(p.number(4)), // LONG_BINPUT
  148: (p) => p.remember(), // MEMOIZE
  104: (p) => p.recall(p.number(1)), // BINGET
  106: (p) => p.recall(p.number(4)), // LONG_BINGET
  116: (p) => p.push(p.above()), // TUPLE
  133: (p) => p.push([p.pop()]), // TUPLE1
  134: (p) => {
    const b = p.pop();
    p.push([p.pop(), b]); // TUPLE2
  },
  135: (p) => {
    const [c, b] = [p.pop(), p.pop()];
    p.push([p.pop(), b, c]); // TUPLE3
  },
  81: (p) => p.storage(), // BINPERSID
  82: (p) => p.call(), // REDUCE
  117: (p) => p.setItems(p.above()), // SETITEMS
  115: (p) => {
    const value = p.pop();
    p.setItems([p.pop(), value]); // SETITEM
  },
  98: (p) => void p.pop(), // BUILD: versions of modules, which weights do not need
};
