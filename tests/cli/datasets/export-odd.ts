/** node --import tsx tests/cli/datasets/export-odd.ts FOLDER: the odd run in every format, for other programs' loaders. */
import { join } from 'node:path';
import { exportDataset, FORMATS, type FormatName } from '../../../cli/datasets/export-dataset.ts';
import { RUN, withOddRun } from './odd-run.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('folder: is missing');
await withOddRun(async (storage) => {
  for (const format of Object.keys(FORMATS) as FormatName[])
    await exportDataset(storage, RUN, { format, out: join(folder, format, 'odd-v0') });
});
