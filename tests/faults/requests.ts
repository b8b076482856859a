/** Odd HTTP and upgrade requests, whole and in halves, ended in every way. */
import { until } from '../e2e/helpers.ts';
import { ENDS, ODD_REQUESTS, play } from '../server/connection/odd-requests.ts';
import { mutateBytes } from './mutate.ts';
import { nothingPromised, Person } from './person.ts';
import type { Part } from './report.ts';
import { withServer } from './server.ts';

/** At once. */
const SIDE_BY_SIDE = 8;
const PATIENCE = 120_000;

export const requests: Part = {
  name: 'requests',
  about:
    'odd and damaged HTTP and upgrade requests, each ended in order, by a reset, late or not at all',
  amount: 4000,
  share: 0.04,
  async run(report, { random, amount, hasTime }) {
    const promised = nothingPromised();
    await withServer(report, promised, async ({ url }) => {
      const onlooker = new Person(url, 'onlooker', promised);
      const port = Number(new URL(url).port);
      let sent = 0;
      const send = async () => {
        while (sent < amount && hasTime()) {
          const odd = ODD_REQUESTS[sent++ % ODD_REQUESTS.length]!;
          const bytes = random.next() < 0.5 ? odd : mutateBytes(Buffer.from(odd), random);
          await play(port, bytes, ENDS[random.integer(ENDS.length)]!);
        }
      };
      await until('frames', () => onlooker.last, PATIENCE);
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, send));
      const { length } = onlooker.seen;
      await until('more frames', () => onlooker.seen.length > length, PATIENCE);
      report.promise('others stay connected:', onlooker.isOpen);
      const { status } = await fetch(`${url}/api/health`);
      report.promise('the server answers afterwards:', status === 200, status);
      onlooker.close();
      report.figure('requests', sent);
    });
  },
};
