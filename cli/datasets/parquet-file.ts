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
  /** Appends one row group: a column of equal length per field. INT64 are bigint, structs are objects. */
  write(cells: Cells): void;
  readonly bytes: number;
  finish(): void;
}

export function createParquet(
  file: NewFile,
  fields: Fields,
  kvMetadata: KeyValue[] = [],
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
  return {
    write(cells) {
      const columnData = Object.keys(fields).map((name) => ({ name, data: [...cells[name]!] }));
      const rows = columnData[0]!.data.length;
      if (rows > 0) parquet.write({ columnData, rowGroupSize: rows });
    },
    get bytes() {
      return writer.offset;
    },
    finish: () => void parquet.finish(),
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
