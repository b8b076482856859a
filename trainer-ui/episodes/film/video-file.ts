/** MP4 and WebM, encoded by the browser's WebCodecs; WebM also without it. Loaded when somebody wants one. */
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
import type { FilmFile, PictureSource } from './film-file.ts';
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

/** @throws Error where the browser has no codec, for MP4 */
export async function openVideo(
  canvas: HTMLCanvasElement,
  { rate, size }: FilmPlan,
  container: Container,
): Promise<FilmFile> {
  const codec = await codecOf(container, size);
  if (!codec && container === 'mp4')
    throw new Error(`this browser encodes no MP4 of ${size.width} pixels`);
  const target = new BufferTarget();
  const format = container === 'mp4' ? new Mp4OutputFormat() : new WebMOutputFormat();
  const output = new Output({ format, target });
  const { source, add, close } = codec
    ? browsers(canvas, codec, rate)
    : await (await import('./vp8.ts')).openVp8(canvas, { rate, size });
  output.addVideoTrack(source, { frameRate: rate });
  await output.start();
  let pictures = 0;
  return {
    add: () => add(pictures++),
    async finish() {
      await output.finalize();
      close();
      return new Blob([target.buffer!], { type: format.mimeType });
    },
    cancel() {
      void output.cancel();
      close();
    },
  };
}

function browsers(canvas: HTMLCanvasElement, codec: VideoCodec, rate: number): PictureSource {
  const source = new CanvasSource(canvas, { codec, quality: QUALITY });
  return { source, add: (index) => source.add(index / rate, 1 / rate), close: () => {} };
}
