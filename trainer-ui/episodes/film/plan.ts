/** What a file of a replay consists of: which pictures, how large, how long, and under which name. */

export const FORMATS = ['mp4', 'webm', 'gif'] as const;
export type FilmFormat = (typeof FORMATS)[number];

/** Pictures a second. Those of a GIF last whole hundredths of a second. */
export const RATE: Readonly<Record<FilmFormat, number>> = { mp4: 30, webm: 30, gif: 20 };

/** Pixels; both are even, which H.264 asks for. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

const WIDTHS = [320, 480, 640, 960, 1280, 1920] as const;
export const SIZES: readonly Size[] = WIDTHS.map((width) => ({ width, height: (width * 9) / 16 }));

/** Bytes of all pictures of a GIF together: its palette is chosen once all of them are known. */
const GIF_BYTES = 400e6;

export interface Wanted {
  readonly format: FilmFormat;
  readonly size: Size;
  /** Steps of the episode, `to` excluded. */
  readonly from: number;
  readonly to: number;
  /** Seconds of a step. */
  readonly dt: number;
  /** Seconds of the episode in a second of the film. */
  readonly speed: number;
}

export interface FilmPlan {
  readonly size: Size;
  readonly rate: number;
  readonly pictures: number;
  /** Of the film. */
  readonly seconds: number;
  /** The row of a picture, from 0: between two rows where it is no whole number. */
  rowOf(picture: number): number;
}

export function planFilm({ format, size, from, to, dt, speed }: Wanted): FilmPlan {
  const rate = RATE[format];
  const pictures = Math.max(1, Math.round(((to - from) * dt * rate) / speed));
  return {
    size,
    rate,
    pictures,
    seconds: pictures / rate,
    rowOf: (picture) => Math.min(to, from + (picture * speed) / (rate * dt)),
  };
}

/** Why such a film cannot be made, and what helps; undefined: it can. `length`: steps of the episode. */
export function refusalOf(wanted: Wanted, length: number): string | undefined {
  const { format, size, from, to, dt, speed } = wanted;
  const seconds = (steps: number) => `${(steps * dt).toFixed(1)} s`;
  if (!(from >= 0 && from < length))
    return `from: expected 0 to ${seconds(length - 1)} of this episode`;
  if (!(to > from && to <= length))
    return `to: expected later than the beginning, up to ${seconds(length)}`;
  if (format !== 'gif') return undefined;
  const most = Math.floor(GIF_BYTES / (4 * size.width * size.height));
  if (planFilm(wanted).pictures <= most) return undefined;
  const longest = Math.floor((most * speed) / RATE.gif);
  return `A GIF of this size holds ${longest} s at most: make it shorter or smaller`;
}

/** What is in a file: `steps` is one of them for a picture, two (`to` excluded) for a film. */
export function fileName(
  runId: string,
  episodeId: string,
  steps: readonly number[],
  ending: string,
): string {
  const which = steps.length > 1 ? `steps-${steps.join('-')}` : `step-${steps.join('')}`;
  return `${[runId, episodeId, which].map(plain).join('_')}.${ending}`;
}

/** As every file system takes it. */
const plain = (text: string) => text.replace(/[^A-Za-z0-9.-]+/g, '-');
