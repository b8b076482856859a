/** Clips that Markdown shows as examples: `![A good merge](clip:EPISODE@120-220)`, steps from and to, `to` excluded. */
import type { Segment } from '../../agent/contract.ts';

/** In one text: each has a picture of its own. */
export const MOST_EXAMPLES = 8;
/** Steps of one, at most. */
const MOST_STEPS = 1000;

const addressesIn = (markdown: string): string[] =>
  [...markdown.matchAll(/!\[[^\]]*\]\(\s*(clip:[^)]*?)\s*\)/g)].map(([, address]) => address!);

/** The clip that an address of a picture names; undefined: it names none, or is written wrong. */
export function exampleClip(address: string): Segment | undefined {
  const [, episodeId, first, last] =
    /^clip:([\w.:-]{1,64})@(\d{1,7})-(\d{1,7})$/.exec(address) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (episodeId === undefined || !(from < to) || to - from > MOST_STEPS) return undefined;
  return { episodeId, from, to };
}

/** As `exampleClip` reads it. */
export const exampleMarkdown = ({ episodeId, from, to }: Segment, caption: string): string =>
  `![${caption.replace(/[[\]\n]/g, ' ')}](clip:${episodeId}@${from}-${to})`;

/** All that a text shows, in its order. @throws RangeError for one that is written wrong, and for too many */
export function examplesIn(markdown: string): Segment[] {
  const addresses = addressesIn(markdown);
  if (addresses.length > MOST_EXAMPLES)
    throw new RangeError(`has ${addresses.length} clips, allowed up to ${MOST_EXAMPLES}`);
  return addresses.map((address) => {
    const clip = exampleClip(address);
    if (clip) return clip;
    throw new RangeError(
      `${address} is no clip, allowed clip:EPISODE@FROM-TO with 1 to ${MOST_STEPS} steps`,
    );
  });
}

/** Of the clips that any text shows, whoever wrote it. */
export const examplesEpisodes = (markdown: string): string[] =>
  addressesIn(markdown).flatMap((address) => exampleClip(address)?.episodeId ?? []);
