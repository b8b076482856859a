/** A person's id in a checkpoint: the reward model keeps whose each label is, and what it learned of them. */
import type { Files } from './files.ts';

/**
 * In the newest checkpoint of a run, which then takes the place of the one before it too.
 * @returns the last feedback that is in it; 0: there is no checkpoint
 */
export async function renameInCheckpoints(
  files: Pick<Files, 'getCheckpoint' | 'putCheckpoint'>,
  runId: string,
  from: string,
  to: string,
): Promise<number> {
  const stored = await files.getCheckpoint(runId);
  if (!stored) return 0;
  const { checkpoint } = stored;
  const meta = renamed(checkpoint.meta, from, to) as typeof checkpoint.meta;
  if (JSON.stringify(meta) !== JSON.stringify(checkpoint.meta)) {
    const next = { ...stored, checkpoint: { ...checkpoint, meta } };
    await files.putCheckpoint(runId, next);
    await files.putCheckpoint(runId, next);
  }
  return stored.feedbackSequence;
}

/** Texts and names of fields that are the id, end with `/id`, or hold it as JSON. */
function renamed(value: unknown, from: string, to: string): unknown {
  if (typeof value === 'string') return renamedText(value, from, to);
  if (Array.isArray(value)) return value.map((each) => renamed(each, from, to));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      renamedText(name, from, to),
      renamed(each, from, to),
    ]),
  );
}

function renamedText(text: string, from: string, to: string): string {
  if (text === from) return to;
  if (text.endsWith(`/${from}`)) return text.slice(0, -from.length) + to;
  return text.replaceAll(JSON.stringify(from), JSON.stringify(to));
}
