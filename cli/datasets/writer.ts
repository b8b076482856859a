/** What every format has to do: take episodes one by one, and end. */
import type { Folder } from './folder.ts';
import type { Annotated, RunSource } from './source.ts';

export interface WriterOptions {
  readonly folder: Folder;
  readonly source: RunSource;
  /** Last part of the folder's name, which some formats repeat inside. */
  readonly name: string;
  /** All episodes that were added, from the first. */
  again(): AsyncIterable<Annotated>;
}

export type Writer = (options: WriterOptions) => {
  /** `index`: 0, 1, 2, … in the order of the data set. */
  add(annotated: Annotated, index: number): void | Promise<void>;
  /** @throws Error when what was written would be misread. */
  finish(): void | Promise<void>;
};
