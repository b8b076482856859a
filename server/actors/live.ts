/** The live actor's thread: paces the live loop and passes messages. */
import { parentPort, workerData } from 'node:worker_threads';
import { createEnvironment } from '../../sim/registry.ts';
import { sayLastWord } from '../threads/last-word.ts';
import { factsOf } from './facts.ts';
import { createLiveLoop } from './live-loop.ts';
import type { ActorThreadData, LiveCommand, LiveEvent } from './messages.ts';

const data = workerData as ActorThreadData;
const port = parentPort!;
const env = await createEnvironment(data.environmentId, data.environmentOptions);
const copy = await createEnvironment(data.environmentId, data.environmentOptions);
const emit = (event: LiveEvent, transfer: ArrayBuffer[] = []) => port.postMessage(event, transfer);
const wallClock = () => performance.timeOrigin + performance.now();
const facts = factsOf(data.environmentId, env);
const { safeAction, trainSeeds } = facts.info;
const loop = createLiveLoop(env, copy, { ...data, safeAction, trainSeeds }, emit, wallClock);

port.on('message', (command: LiveCommand) => {
  loop.command(command, wallClock());
  if (command.type !== 'close') return;
  sayLastWord(port);
  clearTimeout(timer);
});

let due = performance.now();
let timer: NodeJS.Timeout;
/** Fixed steps without drift; after a stall it goes on from now instead of catching up in a burst. */
function run(): void {
  loop.tick(wallClock());
  const period = (env.controlDt * 1000) / loop.speed;
  due = Math.max(due + period, performance.now() - period);
  timer = setTimeout(run, Math.max(0, due - performance.now()));
}
emit({ type: 'ready', facts });
run();
