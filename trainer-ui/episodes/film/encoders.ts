/** Which formats this browser makes, and why not the others. */
import type { FilmFormat, Size } from './plan.ts';

/** In words, for each format that this browser does not make. */
export type Missing = Readonly<Partial<Record<FilmFormat, string>>>;

/** The part of `window` that is used. */
export interface EncodingWindow {
  readonly isSecureContext: boolean;
  readonly VideoEncoder?: unknown;
}

/** Whether the browser encodes such videos; asked only where it has WebCodecs. */
export type CanEncode = (format: 'mp4' | 'webm', size: Size) => Promise<boolean>;

const ELSE = 'GIF works everywhere.';

export async function missingFormats(
  { isSecureContext, VideoEncoder }: EncodingWindow,
  size: Size,
  canEncode: CanEncode,
): Promise<Missing> {
  if (VideoEncoder === undefined) {
    const why = isSecureContext
      ? `MP4 and WebM: this browser has no WebCodecs. ${ELSE}`
      : `MP4 and WebM: browsers encode video on secure pages only (https, or this computer’s own address). ${ELSE}`;
    return { mp4: why, webm: why };
  }
  const [mp4, webm] = await Promise.all([canEncode('mp4', size), canEncode('webm', size)]);
  const none = (name: string) => `${name}: this browser has no encoder for it at this size.`;
  return { ...(mp4 ? {} : { mp4: none('MP4') }), ...(webm ? {} : { webm: none('WebM') }) };
}
