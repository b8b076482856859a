import type { VideoSource } from 'mediabunny';

/** A file that is made picture by picture. */
export interface FilmFile {
  /**
   * Takes what is on the canvas now as the next picture; resolves when it may be drawn on again. The canvas must have been
   * drawn in this very task: WebGL forgets its picture after it.
   */
  add(): Promise<void>;
  /** The whole file. */
  finish(): Promise<Blob>;
  /** Nothing more is wanted; may be called at any time. */
  cancel(): void;
}

/** Where the pictures of a video come from. */
export interface PictureSource {
  readonly source: VideoSource;
  /** The canvas as it is now, as picture `index`. */
  add(index: number): Promise<void>;
  /** Nothing more comes; may be called at any time. */
  close(): void;
}
