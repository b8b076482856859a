/**
 * VP8 where a browser encodes no WebM itself, as on pages that are not secure: libvpx as WebAssembly, in a worker that the
 * library makes. Loaded when it is wanted.
 */
import LibAV from '@libav.js/variant-webm';
import { EncodedPacket, EncodedVideoPacketSource } from 'mediabunny';
import codeUrl from '../../../node_modules/@libav.js/variant-webm/dist/libav-6.10.9.0-webm.wasm.mjs?url';
// Its package names neither file among its exports.
import wasmUrl from '../../../node_modules/@libav.js/variant-webm/dist/libav-6.10.9.0-webm.wasm.wasm?url';
import type { PictureSource } from './film-file.ts';
import type { FilmPlan } from './plan.ts';

/** About what WebCodecs takes at the quality of the other films. */
const BITS_PER_PIXEL = 0.2;
/** Every picture comes out as soon as it goes in, in that order. */
const OPTIONS = {
  deadline: 'realtime',
  'cpu-used': '4',
  'lag-in-frames': '0',
  'auto-alt-ref': '0',
};
const SWS_BILINEAR = 2;
/** Two key pictures are at most so far apart, s: players jump to them. */
const KEY_EVERY = 5;

/** @throws Error where the browser runs no WebAssembly */
export async function openVp8(
  canvas: HTMLCanvasElement,
  { rate, size }: Pick<FilmPlan, 'rate' | 'size'>,
): Promise<PictureSource> {
  const { width, height } = size;
  const libav = await LibAV.LibAV({ toImport: absolute(codeUrl), wasmurl: absolute(wasmUrl) });
  await libav.av_log_set_level(libav.AV_LOG_ERROR); // it greets on the console
  const [rgba8, yuv420] = [libav.AV_PIX_FMT_RGBA, libav.AV_PIX_FMT_YUV420P];
  const [, context, frame, packet] = await libav.ff_init_encoder('libvpx', {
    ctx: {
      ...{ width, height, pix_fmt: yuv420, framerate_num: rate, framerate_den: 1 },
      bit_rate: Math.round(BITS_PER_PIXEL * width * height * rate),
      gop_size: KEY_EVERY * rate,
    },
    time_base: [1, rate],
    options: OPTIONS,
  });
  const scaler = await libav.sws_getContext(
    ...[width, height, rgba8, width, height, yuv420, SWS_BILINEAR, 0, 0, 0],
  );
  const drawn = await libav.av_frame_alloc();
  const source = new EncodedVideoPacketSource('vp8');
  const flat = Object.assign(document.createElement('canvas'), size);
  const pen = flat.getContext('2d', { willReadFrequently: true })!;
  const meta = { decoderConfig: { codec: 'vp8', codedWidth: width, codedHeight: height } };

  return {
    source,
    async add(index) {
      pen.drawImage(canvas, 0, 0, width, height);
      const { data } = pen.getImageData(0, 0, width, height);
      const layout = [{ offset: 0, stride: 4 * width }];
      const picture = { data: new Uint8Array(data.buffer), format: rgba8, width, height, layout };
      await libav.ff_copyin_frame(drawn, picture);
      const scaled = await libav.av_frame_alloc(); // the encoder's from then on
      await libav.sws_scale_frame(scaler, scaled, drawn);
      await libav.AVFrame_pts_s(scaled, index);
      await libav.AVFrame_ptshi_s(scaled, 0);
      for (const { data, flags } of await libav.ff_encode_multi(context, frame, packet, [scaled])) {
        const type = flags & libav.AV_PKT_FLAG_KEY ? 'key' : 'delta';
        await source.add(new EncodedPacket(data, type, index / rate, 1 / rate), meta);
      }
    },
    close: () => libav.terminate(),
  };
}

/** Workers resolve addresses against their own. */
const absolute = (url: string) => new URL(url, document.baseURI).href;
