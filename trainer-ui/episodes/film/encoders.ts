/** Which formats this browser makes, and why not the others. */
import type { FilmFormat, Size } from './plan.ts';

/** In words, for each format that this browser does not make. */
export type Missing = Readonly<Partial<Record<FilmFormat, string>>>;

/** The part of `window` that is used. */
export interface EncodingWindow {
  readonly isSecureContext: boolean;
  readonly VideoEncoder?: unknown;
}

/** Whether the browser encodes MP4 of that size; asked only where it has WebCodecs. */
export type CanEncode = (size: Size) => Promise<boolean>;

const ELSE = 'WebM and GIF work everywhere.';

export async function missingFormats(
  { isSecureContext, VideoEncoder }: EncodingWindow,
  size: Size,
  canEncode: CanEncode,
): Promise<Missing> {
  if (VideoEncoder === undefined) {
    const why = isSecureContext
      ? `MP4: this browser has no WebCodecs. ${ELSE}`
      : `MP4: browsers encode it on secure pages only (https, or this computer’s own address). ${ELSE}`;
    return { mp4: why };
  }
  if (await canEncode(size)) return {};
  return { mp4: `MP4: this browser has no encoder for it at this size. ${ELSE}` };
}
