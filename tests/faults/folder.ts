/** Whether a data folder keeps what was promised: read by the storage itself, without a server. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Feedback } from '../../agent/contract.ts';
import { stepsOf } from '../../agent/feedback.ts';
import { parseEpisode } from '../../server/storage/episode-file.ts';
import { openStorage } from '../../server/storage/sqlite.ts';
import type { Promised } from './person.ts';
import type { Report } from './report.ts';

export interface Found {
  readonly logged: number;
  readonly episodes: number;
}

/** Promises that the folder does not keep go to `report`. */
export async function checkFolder(
  data: string,
  promised: Promised,
  report: Report,
): Promise<Found> {
  const storage = openStorage(data);
  const rows: Feedback[] = [];
  for (const run of await storage.listRuns())
    for (const { feedback } of await storage.readFeedback(run.id, 0)) rows.push(feedback);
  await storage.close();
  const lengths = episodeLengths(data, report);
  const byId = new Map(rows.map((feedback) => [feedback.id, feedback]));
  report.promise('no answer is in the log twice:', byId.size === rows.length, rows.length);
  checkAnswers(promised, byId, report);
  const named = [...promised.acknowledged.keys(), ...promised.told.keys()];
  const without = named.filter((id) => {
    const feedback = byId.get(id);
    return feedback && [...stepsOf(feedback)].some(([e, n]) => (lengths.get(e) ?? -1) < n);
  });
  report.promise('every step that an answer names is on disk:', without.length === 0, without);
  return { logged: rows.length, episodes: lengths.size };
}

function checkAnswers(
  { acknowledged, told }: Promised,
  log: ReadonlyMap<string, Feedback>,
  report: Report,
): void {
  const lost = [...acknowledged.keys(), ...told.keys()].filter((id) => !log.has(id));
  report.promise('what was acknowledged or told is in the log:', lost.length === 0, lost);
  const differ = [...acknowledged.values()].filter((given) => {
    const { receivedAt, ...kept } = (log.get(given.id) ?? given) as Feedback;
    return !same(kept, given);
  });
  report.promise('answers are in the log as they were given:', differ.length === 0, differ);
}

const same = (a: object, b: object) => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
const sorted = (o: object) => Object.entries(o).sort(([a], [b]) => (a < b ? -1 : 1));

/** By id; files that are not whole are a broken promise. */
function episodeLengths(data: string, report: Report): Map<string, number> {
  const lengths = new Map<string, number>();
  const damaged: string[] = readdirSync(join(data, 'corrupt'));
  for (const name of readdirSync(join(data, 'episodes'))) {
    if (!name.endsWith('.episode')) continue; // half-written ones are swept at the next start
    try {
      const episode = parseEpisode(readFileSync(join(data, 'episodes', name)));
      lengths.set(episode.id, episode.length);
    } catch (error) {
      damaged.push(`${name}: ${error}`);
    }
  }
  report.promise('every file is whole:', damaged.length === 0, damaged);
  return lengths;
}
