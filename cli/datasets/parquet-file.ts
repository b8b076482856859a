/** Parquet files, written row group by row group through the one way to disk. */
import type { KeyValue, SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import type { NewFile } from '../../server/storage/write-file.ts';

/** `T[]`: a list of them. A trailing `?`: may be null. */
type Scalar = 'FLOAT' | 'DOUBLE' | 'INT32' | 'INT64' | 'BOOLEAN' | 'STRING';
export type FieldType = Scalar | `${Scalar}?` | `${Scalar}[]` | `${Scalar}[]?`;
export type Fields = Readonly<Record<string, FieldType | Readonly<Record<string, FieldType>>>>;
export type Cells = Readonly<Record<string, readonly unknown[]>>;

export interface ParquetFile {
  /** Appends rows: a column of equal length per field. INT64 are bigint, structs are objects. */
  write(cells: Cells): void;
  /** On disk so far. */
  readonly bytes: number;
  finish(): void;
}

interface ParquetOptions {
  readonly kvMetadata?: KeyValue[];
  /** Rows to wait for before a row group is written; 1: each `write` is one. */
  readonly groupRows?: number;
}

export function createParquet(
  file: NewFile,
  fields: Fields,
  { kvMetadata = [], groupRows = 1 }: ParquetOptions = {},
): ParquetFile {
  const bytes = new ByteWriter();
  const flush = () => {
    file.write(new Uint8Array(bytes.buffer, 0, bytes.index));
    bytes.index = 0;
  };
  const writer = Object.assign(bytes, {
    flush,
    finish() {
      flush();
      file.finish();
    },
  });
  const schema = schemaOf(fields);
  const parquet = new ParquetWriter({ writer, schema, kvMetadata, createdBy: 'reins' });
  let waiting: Cells[] = [];
  let rows = 0;
  const flushRows = () => {
    if (rows === 0) return;
    const cells = joined(waiting);
    const columnData = Object.keys(fields).map((name) => ({ name, data: [...cells[name]!] }));
    parquet.write({ columnData, rowGroupSize: rows });
    waiting = [];
    rows = 0;
  };
  return {
    write(cells) {
      waiting.push(cells);
      rows += Object.values(cells)[0]!.length;
      if (rows >= groupRows) flushRows();
    },
    get bytes() {
      return writer.offset;
    },
    finish() {
      flushRows();
      parquet.finish();
    },
  };
}

export function schemaOf(fields: Fields): SchemaElement[] {
  const children = Object.entries(fields);
  return [
    { name: 'root', num_children: children.length },
    ...children.flatMap(([name, type]) => elementsOf(name, type)),
  ];
}

function elementsOf(name: string, type: Fields[string]): SchemaElement[] {
  if (typeof type !== 'string') {
    const inner = Object.entries(type);
    return [
      { name, repetition_type: 'REQUIRED', num_children: inner.length },
      ...inner.flatMap(([field, fieldType]) => elementsOf(field, fieldType)),
    ];
  }
  const repetition_type = type.endsWith('?') ? 'OPTIONAL' : 'REQUIRED';
  const scalar = type.replace(/\[\]|\?/g, '') as Scalar;
  if (!type.includes('[]')) return [{ ...leaf(name, scalar), repetition_type }];
  return [
    { name, repetition_type, num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { ...leaf('element', scalar), repetition_type: 'REQUIRED' },
  ];
}

function leaf(name: string, scalar: Scalar): SchemaElement {
  return scalar === 'STRING'
    ? { name, type: 'BYTE_ARRAY', converted_type: 'UTF8' }
    : { name, type: scalar };
}

/** One table of several with the same columns. @throws Error when there are none. */
export function joined(tables: readonly Cells[]): Cells {
  const [first] = tables;
  if (!first) throw new Error('tables: there are none');
  return Object.fromEntries(
    Object.keys(first).map((name) => [name, tables.flatMap((cells) => cells[name]!)]),
  );
}
