/** Kinds of model elements that have names. */
export type ObjectKind =
  | 'body'
  | 'joint'
  | 'geom'
  | 'site'
  | 'camera'
  | 'mesh'
  | 'skin'
  | 'flex'
  | 'hfield'
  | 'texture'
  | 'material'
  | 'tendon'
  | 'actuator'
  | 'sensor'
  | 'key';

/** Where `mjModel` keeps the start of each element's name. */
const addresses: Readonly<Record<ObjectKind, string>> = {
  body: 'name_bodyadr',
  joint: 'name_jntadr',
  geom: 'name_geomadr',
  site: 'name_siteadr',
  camera: 'name_camadr',
  mesh: 'name_meshadr',
  skin: 'name_skinadr',
  flex: 'name_flexadr',
  hfield: 'name_hfieldadr',
  texture: 'name_texadr',
  material: 'name_matadr',
  tendon: 'name_tendonadr',
  actuator: 'name_actuatoradr',
  sensor: 'name_sensoradr',
  key: 'name_keyadr',
};

/** How many names an error lists. */
const LISTED = 12;

interface Table {
  /** By index; '' where the model gives none. */
  readonly names: readonly string[];
  /** By index: the name, or one made of kind and index (`body-2`). No two are equal. */
  readonly labels: readonly string[];
  readonly indices: ReadonlyMap<string, number>;
}

/**
 * Names of a model's elements, read from its memory: `mj_id2name` cannot be used, because its binding
 * returns the text at address 0 for an element without a name.
 */
export interface Names {
  /** '' for an element without a name. */
  name(kind: ObjectKind, index: number): string;
  /** Its name; without one, kind and index: `body-2`. */
  label(kind: ObjectKind, index: number): string;
  /** Index by name or label. @throws RangeError naming kind and name when the model has none such. */
  id(kind: ObjectKind, label: string): number;
  has(kind: ObjectKind, label: string): boolean;
}

function readText(bytes: ArrayLike<number>, from: number): string {
  const text: number[] = [];
  for (let i = from; bytes[i] !== 0; i++) text.push(bytes[i]!);
  return new TextDecoder().decode(Uint8Array.from(text));
}

function createTable(kind: ObjectKind, array: (name: string) => ArrayLike<number>): Table {
  const bytes = array('names');
  const names = Array.from(array(addresses[kind]), (from) => readText(bytes, from));
  const taken = new Set(names);
  const labels = names.map((name, index) => {
    let label = name || `${kind}-${index}`;
    while (name === '' && taken.has(label)) label += "'";
    return label;
  });
  return { names, labels, indices: new Map(labels.map((label, index) => [label, index])) };
}

function unknown(kind: ObjectKind, label: string, { labels }: Table): never {
  const listed = labels.slice(0, LISTED).join(', ');
  const allowed =
    labels.length > LISTED ? `${listed}, …` : listed || 'none: it has no such element';
  throw new RangeError(`model: has no ${kind} named "${label}", allowed ${allowed}`);
}

export function createNames(array: (name: string) => ArrayLike<number>): Names {
  const tables = new Map<ObjectKind, Table>();
  const tableOf = (kind: ObjectKind) => {
    const table = tables.get(kind) ?? createTable(kind, array);
    tables.set(kind, table);
    return table;
  };
  return {
    name: (kind, index) => tableOf(kind).names[index] ?? '',
    label: (kind, index) => tableOf(kind).labels[index] ?? '',
    id(kind, label) {
      const table = tableOf(kind);
      return table.indices.get(label) ?? unknown(kind, label, table);
    },
    has: (kind, label) => tableOf(kind).indices.has(label),
  };
}
