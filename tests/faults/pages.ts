/** Pages that ask for much and read nothing: what they cost in memory, and what others notice. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../e2e/helpers.ts';
import { nothingPromised, Person } from './person.ts';
import { type Part, spread } from './report.ts';
import { withServer } from './server.ts';

/** MB that all of them together may cost. */
const MOST = 200;
/** How often they ask, five times a second. */
const LOOKS = 200;
/** Steps of a clip. */
const CLIP = 60;
const PATIENCE = 120_000;

export const pages: Part = {
  name: 'pages',
  about: 'pages that ask for clips and do not read',
  amount: 30,
  share: 0.06,
  async run(report, { amount, hasTime }) {
    const promised = nothingPromised();
    await withServer(report, promised, async ({ url, pid }) => {
      const onlooker = new Person(url, 'onlooker', promised);
      await until('an episode', () => onlooker.last && onlooker.last.step >= CLIP, PATIENCE);
      onlooker.reward(1); // it is kept for good
      await until('its steps on disk', () => onlooker.waiting.size === 0, PATIENCE);
      const { episodeId } = onlooker.status!;
      const before = memory(pid);
      const deaf = Array.from({ length: amount }, (_, i) => listenNot(url, `deaf-${i}`));
      const from = onlooker.seen.length;
      let most = 0;
      for (let i = 0; i < LOOKS && (i < 10 || hasTime()); i++) {
        for (const page of deaf)
          for (let tag = 0; tag < 8; tag++)
            page.send({ type: 'request-clip', tag, segment: { episodeId, from: 0, to: CLIP } });
        await sleep(200);
        most = Math.max(most, memory(pid) - before);
      }
      const gaps = onlooker.seen.slice(from).map((s, i, all) => s.at - (all[i - 1]?.at ?? s.at));
      report.promise(`they cost less than ${MOST} MB together:`, most < MOST, most);
      report.promise('others stay connected:', onlooker.isOpen && gaps.length > 0);
      for (const page of [...deaf, onlooker]) page.close();
      report.figure('pages that do not read', amount);
      report.figure('more memory than before, at most', `${Math.round(most)} MB`);
      report.figure('between two pictures of another page', spread(gaps));
    });
  },
};

/** A page that hears that it is welcome, and then nothing more. */
function listenNot(url: string, name: string): Person {
  const page = new Person(url, name, nothingPromised());
  page.socket.once('message', () => setTimeout(() => page.socket.pause(), 100));
  return page;
}

/** Resident MB. */
export function memory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) / 1024;
}
