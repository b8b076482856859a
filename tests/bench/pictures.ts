/**
 * `npx tsx tests/bench/pictures.ts [seconds] [pages…]`: what pages that look at the live simulation by one gateway are to
 * the line between learner and gateway, as the broker counts it, and to the threads that serve them. Linux.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { OP, PROTOCOL_VERSION, SUBPROTOCOL, WEBSOCKET_PATH } from '../../server/protocol/index.ts';
import { createNats } from '../cluster/nats-server.ts';
import { startListening, startServerProcess, temporaryFolder, until } from '../e2e/helpers.ts';
import { freePort } from '../setup/free-port.ts';

const [seconds = 10, ...counts] = process.argv.slice(2).map(Number);
const folder = temporaryFolder();
const configuration = join(folder.path, 'nats.conf');
const monitor = `127.0.0.1:${await freePort()}`;
writeFileSync(configuration, `http: "${monitor}"\n`);
const nats = await createNats({ configuration });
await nats.start();
const learner = await startServerProcess({
  ...{ command: 'learner', dataDir: join(folder.path, 'data') },
  args: ['--env', 'driving', '--rollouts', '0', '--nats', nats.url, '--log-level', 'warn'],
});
const gateway = await startListening(['gateway', '--port', '0', '--nats', nats.url]);

interface Page {
  readonly socket: WebSocket;
  pictures: number;
}

async function open(): Promise<Page> {
  const socket = new WebSocket(
    `${gateway.url.replace('http', 'ws')}${WEBSOCKET_PATH}`,
    SUBPROTOCOL,
  );
  const page: Page = { socket, pictures: 0 };
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary && data[0] === OP.frame) page.pictures++;
  });
  socket.once('close', (code) => console.log(`a page was closed with ${code}`));
  socket.once('open', () =>
    socket.send(JSON.stringify({ type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'ada' })),
  );
  await until('a picture', () => page.pictures > 0);
  return page;
}

interface Said {
  readonly name: string;
  readonly in_msgs: number;
  readonly in_bytes: number;
}

/** What the learner has said to gateways so far. */
async function said(): Promise<Said> {
  const reply = await fetch(`http://${monitor}/connz`);
  const { connections } = (await reply.json()) as { connections: Said[] };
  return connections.find(({ name }) => name.startsWith('reins door'))!;
}

/** Processor time of a thread or process so far, ms (proc(5): utime and stime, in 1/100 s). */
function busy(path: string): number {
  const fields = readFileSync(`/proc/${path}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

const threads = {
  learner: `${learner.pid}/task/${learner.pid}`,
  gateway: `${gateway.pid}`,
  broker: `${nats.pid}`,
};
const times = () => Object.values(threads).map(busy);
const pages: Page[] = [];
for (const count of counts.length > 0 ? counts : [0, 1, 10, 50]) {
  while (pages.length < count)
    pages.push(
      ...(await Promise.all(Array.from({ length: Math.min(20, count - pages.length) }, open))),
    );
  await sleep(1000);
  const [start, before, from] = [performance.now(), times(), await said()];
  const seen = pages.map(({ pictures }) => pictures);
  await sleep(1000 * seconds);
  const [passed, after, to] = [(performance.now() - start) / 1000, times(), await said()];
  const least = Math.min(...pages.map(({ pictures }, i) => (pictures - seen[i]!) / passed));
  const cores = after.map((time, i) => `${((time - before[i]!) / passed / 10).toFixed(1)} %`);
  console.log(
    [
      `${count} pages`,
      `${((to.in_msgs - from.in_msgs) / passed).toFixed(0)} messages/s`,
      `${((to.in_bytes - from.in_bytes) / passed / 1000).toFixed(0)} kB/s`,
      `at least ${count === 0 ? '-' : least.toFixed(1)} pictures/s`,
      ...Object.keys(threads).map((name, i) => `${name} ${cores[i]}`),
    ].join(', '),
  );
}
for (const { socket } of pages) socket.removeAllListeners('close').terminate();
await gateway.stop();
await learner.stop();
await nats.remove();
folder.remove();
