/** Tables for pandas, Polars, DuckDB and all that reads Parquet. */
import { type Cells, createParquet, joined, type ParquetFile } from './parquet-file.ts';
import { EPISODES, episodeCells, FEEDBACK, feedbackCells, STEPS, stepCells } from './tables.ts';
import type { Writer } from './writer.ts';

/** Bytes after which another file of steps begins. */
const FILE_BYTES = 100e6;

/** steps/part-N.parquet (a row group per episode), episodes.parquet and feedback.parquet. */
export const writeParquet: Writer = ({ folder, source }) => {
  const listed: Cells[] = [];
  let steps: ParquetFile | undefined;
  let parts = 0;
  const nextPart = () => {
    const name = `part-${String(parts++).padStart(5, '0')}.parquet`;
    return createParquet(folder.open('steps', name), STEPS);
  };
  return {
    add(annotated, index) {
      steps ??= nextPart();
      steps.write(stepCells(annotated, index, source.spec.controlDt));
      listed.push(episodeCells(annotated, index));
      if (steps.bytes < FILE_BYTES) return;
      steps.finish();
      steps = undefined;
    },
    finish() {
      if (parts === 0) steps = nextPart();
      steps?.finish();
      const tables = {
        episodes: [EPISODES, joined(listed)],
        feedback: [FEEDBACK, feedbackCells(source)],
      } as const;
      for (const [name, [fields, cells]] of Object.entries(tables)) {
        const file = createParquet(folder.open(`${name}.parquet`), fields);
        file.write(cells);
        file.finish();
      }
    },
  };
};
