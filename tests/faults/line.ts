/** Delay, loss and stalls between people and the server, while one drives and one answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../e2e/helpers.ts';
import { nothingPromised, Person } from './person.ts';
import { type Line, openProxy } from './proxy.ts';
import type { Part, Report, Scope } from './report.ts';
import { withServer } from './server.ts';
import { checkWheel } from './wheel.ts';

const PATIENCE = 120_000;
type Trouble = 'delay' | 'loss' | 'stall';
const TROUBLES: readonly Trouble[] = ['delay', 'loss', 'stall'];

export const line: Part = {
  name: 'line',
  about:
    'a proxy with delay (50–400 ms), loss (resets) and stalls (1–4 s); one person drives, one answers',
  amount: 12,
  share: 0.08,
  async run(report, scope) {
    const promised = nothingPromised();
    await withServer(report, promised, async ({ url }) => {
      const proxy = await openProxy(url);
      const onlooker = new Person(url, 'onlooker', promised);
      const driver = new Reconnecting(proxy, 'driver', promised);
      const teacher = new Reconnecting(proxy, 'teacher', promised);
      const giving = setInterval(() => teacher.person.reward(scope.random.uniform(-1, 1)), 150);
      const holding = setInterval(() => driver.person.input(3, [0.1, 0.1]), 50);
      try {
        const everybody = () => [onlooker, driver.person, teacher.person].every((p) => p.last);
        await until('frames', everybody, PATIENCE);
        await trouble(proxy, report, scope);
        clearInterval(giving);
        clearInterval(holding);
        driver.person.letGo();
        await until('every answer acknowledged', () => teacher.person.waiting.size === 0, PATIENCE);
        checkWheel(onlooker, driver.person, report);
      } finally {
        clearInterval(giving);
        clearInterval(holding);
        proxy.close();
        for (const person of [onlooker, driver.person, teacher.person]) person.close();
      }
      report.figure('connections lost', driver.lost + teacher.lost);
    });
    report.figure('answers given, all acknowledged once', promised.acknowledged.size);
  },
};

/** Connects again whenever the line is cut, as a page does. */
class Reconnecting {
  person: Person;
  lost = 0;

  constructor(proxy: Line, name: string, promised: Person['promised']) {
    const connect = (before?: Person): Person => {
      const person = new Person(proxy.url, name, promised, before);
      person.socket.on('close', () => {
        if (this.person !== person || proxy.isClosed) return;
        this.lost++;
        setTimeout(() => {
          this.person = connect(person);
        }, 200);
      });
      return person;
    };
    this.person = connect();
  }
}

async function trouble(
  proxy: Line,
  report: Report,
  { random, amount, hasTime }: Scope,
): Promise<void> {
  const counts: Record<Trouble, number> = { delay: 0, loss: 0, stall: 0 };
  for (let round = 0; round < amount && (round < 3 || hasTime()); round++) {
    const kind = TROUBLES[round % TROUBLES.length]!;
    counts[kind]++;
    proxy.delay = kind === 'delay' ? () => random.uniform(50, 400) : () => 5;
    proxy.isStalled = kind === 'stall';
    if (kind === 'loss') for (let i = 0; i < 4; i++) await sleep(500).then(() => proxy.cut());
    else await sleep(random.uniform(1000, 4000));
    proxy.isStalled = false;
    proxy.delay = () => 0;
    await sleep(1000);
  }
  report.figure('rounds of delay, loss, stall', Object.values(counts).join(', '));
}
