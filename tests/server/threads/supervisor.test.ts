import { expect, it } from 'vitest';
import { type Death, SupervisedThread } from '../../../server/threads/supervisor.ts';
import { until } from '../../e2e/helpers.ts';

function make(options: { failing?: number; verdict?: 'restart' | 'give-up' } = {}) {
  const { failing = 0, verdict = 'restart' } = options;
  const heard: string[] = [];
  const deaths: Death[] = [];
  const hold = new Int32Array(new SharedArrayBuffer(4));
  let starts = 0;
  const thread = new SupervisedThread<string, string>();
  thread.send('lost: there is no thread yet');
  thread.start({
    module: new URL('./fixtures/echo.ts', import.meta.url).href,
    prepare() {
      const start = ++starts;
      if (start <= failing) throw new Error('nothing to start from');
      return { data: { start, hold }, begin: (send) => send(`begin ${start}`) };
    },
    isReady: (event) => event.startsWith('ready'),
    onEvent: (event) => heard.push(event),
    onDeath(death) {
      deaths.push(death);
      return verdict;
    },
  });
  return { thread, heard, deaths, hold };
}

it('[SRV-6] each thread is prepared anew and told first what its start says', async () => {
  const { thread, heard, deaths } = make();
  await until('the first one', () => heard.includes('heard begin 1'));
  expect(thread.isWorking).toBe(true);
  thread.send('crash');
  await until('its death', () => deaths.length === 1);
  expect(thread.isThere || thread.isWorking).toBe(false);
  expect(deaths[0]).toMatchObject({ reason: 'as asked', deaths: 1, retryMs: 250 });
  expect(deaths[0]!.error).toBeInstanceOf(RangeError);
  await until('the next one', () => heard.includes('heard begin 2'));
  await thread.close('close', 5000);
  // What it says to the last command still arrives, and its end is no death.
  expect(heard).toEqual(['ready 1', 'heard begin 1', 'ready 2', 'heard begin 2', 'heard close']);
  expect(deaths).toHaveLength(1);
});

it('[SRV-6] what fails before there is a thread is a death like any other', async () => {
  const { thread, heard, deaths } = make({ failing: 1 });
  await until('the second try', () => heard.includes('heard begin 2'));
  expect(deaths.map((death) => death.reason)).toEqual(['nothing to start from']);
  await thread.close('close', 5000);
});

it('[SRV-6] an owner that gives up gets no other thread', async () => {
  const { thread, heard, deaths } = make({ verdict: 'give-up' });
  await until('the first one', () => thread.isWorking);
  thread.send('crash');
  await until('its death', () => deaths.length === 1);
  await new Promise((resolve) => setTimeout(resolve, 2 * deaths[0]!.retryMs));
  expect(heard).toEqual(['ready 1', 'heard begin 1']);
  await thread.close('close', 5000);
});

it('[SRV-93] closing waits for what a thread says last, not for what it takes down after that', async () => {
  const { thread, heard, deaths, hold } = make();
  await until('the first one', () => heard.includes('heard begin 1'));
  let isGone = false;
  await thread.close('linger', 60_000);
  const gone = thread.gone.then(() => {
    isGone = true;
  });
  expect(heard.at(-1)).toBe('heard linger');
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isGone).toBe(false);
  Atomics.store(hold, 0, 1);
  Atomics.notify(hold, 0);
  await gone;
  expect(deaths).toEqual([]);
});
