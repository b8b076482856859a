/** MP4 and WebM, encoded by the browser's WebCodecs. Loaded when somebody wants one. */
import {
  BufferTarget,
  CanvasSource,
  getFirstEncodableVideoCodec,
  Mp4OutputFormat,
  Output,
  Quality,
  type VideoCodec,
  WebMOutputFormat,
} from 'mediabunny';
import type { FilmFile } from './film-file.ts';
import type { FilmPlan, Size } from './plan.ts';

export type Container = 'mp4' | 'webm';

/** What most players know comes first. */
const CODECS: Readonly<Record<Container, VideoCodec[]>> = {
  mp4: ['avc', 'hevc', 'av1', 'vp9'],
  webm: ['vp9', 'vp8', 'av1'],
};
const QUALITY = new Quality('high');

/** Null where this browser has none for pictures of that size. */
export function codecOf(container: Container, size: Size): Promise<VideoCodec | null> {
  return getFirstEncodableVideoCodec(CODECS[container], { ...size, quality: QUALITY });
}

/** @throws Error where the browser has no codec */
export async function openVideo(
  canvas: HTMLCanvasElement,
  { rate, size }: FilmPlan,
  container: Container,
): Promise<FilmFile> {
  const codec = await codecOf(container, size);
  if (!codec) throw new Error(`this browser encodes no ${container} of ${size.width} pixels`);
  const target = new BufferTarget();
  const format = container === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat();
  const output = new Output({ format, target });
  const source = new CanvasSource(canvas, { codec, quality: QUALITY });
  output.addVideoTrack(source, { frameRate: rate });
  await output.start();
  let pictures = 0;
  return {
    add: () => source.add(pictures++ / rate, 1 / rate),
    async finish() {
      await output.finalize();
      return new Blob([target.buffer!], { type: format.mimeType });
    },
    cancel: () => void output.cancel(),
  };
}
