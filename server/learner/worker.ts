/** The learner thread: the only one with TensorFlow. Works in slices and listens in between. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { Episode, Feedback } from '../../agent/contract.ts';
import { createAssembler, type EpisodeChunk } from '../../agent/episode/chunks.ts';
import { buffersOf } from '../../agent/episode/columns.ts';
import { stepsOf } from '../../agent/feedback.ts';
import { release } from '../../agent/release.ts';
import { createTrainer } from '../../agent/trainer/trainer.ts';
import { createEnvironment } from '../../sim/registry.ts';
import { draftCheckpoint } from '../storage/checkpoint-files.ts';
import { sayLastWord } from '../threads/last-word.ts';
import { forPeople } from './for-people.ts';
import {
  type Excluded,
  FIRST_CREDIT,
  type LearnerCommand,
  type LearnerData,
  type LearnerEvent,
} from './messages.ts';
import { createWaitingFeedback } from './waiting-feedback.ts';

/** Time between two publications of the policy, and between reports of progress, ms. */
const PUBLISH_EVERY = 1000;
const PROGRESS_EVERY = 500;
const PEOPLE_EVERY = 5000;
/** Rest when there is nothing to learn from, ms. */
const IDLE = 15;
/** Longest stretch of updates before messages are heard, ms. */
const SLICE = 20;

const data = workerData as LearnerData;
const port = parentPort!;
const emit = (event: LearnerEvent, transfer: ArrayBuffer[] = []) =>
  port.postMessage(event, transfer);

const env = await createEnvironment(data.environmentId, data.environmentOptions);
const { observationSpace, actionSpace, controlDt, engine } = env;
env.close();
const trainer = await createTrainer({
  preset: data.preset,
  spec: { environmentId: data.environmentId, observationSpace, actionSpace, controlDt },
  seed: data.seed,
  runId: data.runId,
  overrides: forPeople(data.overrides),
});
if (data.checkpoint) {
  trainer.load(data.checkpoint);
  delete data.checkpoint; // `workerData` lives as long as the thread
}
const assembler = createAssembler();
const waiting = createWaitingFeedback((feedback) => trainer.feedback(feedback));
/** What is left out, until a policy has told it. */
let excluded: Excluded | undefined = { teacherIds: [], feedbackIds: [] };
let closing = false;
let people = { version: 0, toldAt: Number.NEGATIVE_INFINITY };
let sums: Record<string, { total: number; n: number }> = {};

/** Puts a chunk to what is known of its episode: its own arrays are read then. */
function assemble(chunk: EpisodeChunk): Episode | undefined {
  const episode = assembler.add(chunk);
  release(buffersOf(chunk));
  return episode;
}

port.on('message', (command: LearnerCommand) => {
  switch (command.type) {
    case 'chunk': {
      const { from, to } = command.chunk;
      const episode = assemble(command.chunk);
      if (!episode) break;
      trainer.observe(episode, from, to);
      waiting.known(command.chunk.id, to, command.chunk.end !== 'open');
      break;
    }
    case 'recall': {
      const episode = assemble(command.chunk);
      if (!episode) break;
      trainer.observe(episode, episode.length, episode.length);
      waiting.known(episode.id, episode.length, true);
      break;
    }
    case 'missing':
      waiting.known(command.episodeId, 0, true);
      break;
    case 'feedback':
      askAgain(command.feedback);
      waiting.add(command.sequence, command.feedback);
      break;
    case 'exclude':
      trainer.exclude(command.teacherIds, command.feedbackIds);
      excluded = command;
      break;
    case 'queries':
      emit({
        type: 'queries',
        queries: trainer.nextQueries(command.count, Date.now(), command.held, command.how),
      });
      break;
    case 'predict': {
      const predicted = trainer.predictReward(command.segment);
      emit({ type: 'predicted', tag: command.tag, segment: command.segment, predicted });
      break;
    }
    case 'model':
      emit({ type: 'model', model: trainer.model() });
      break;
    case 'save':
      save(command.draft);
      if (command.last) {
        closing = true;
        sayLastWord(port);
      }
      break;
  }
});

/** What feedback is about and the trainer has forgotten comes once more, before the feedback is given to it. */
function askAgain(feedback: Feedback): void {
  const episodeIds = [...stepsOf(feedback).keys()].filter(
    (id) => waiting.isOver(id) && !trainer.knows(id),
  );
  if (episodeIds.length === 0) return;
  for (const id of episodeIds) waiting.forgotten(id);
  emit({ type: 'forgotten', episodeIds });
}

/** From where the numbers are: a copy of the replay buffer would be most of what the server takes. */
function save(draft: string): void {
  const { meta, arrays } = trainer.save({ inPlace: true });
  const stored = {
    checkpoint: { meta: engine ? { ...meta, engine } : meta, arrays },
    // A learner that was told nothing new still has what its checkpoint had.
    feedbackSequence: Math.max(waiting.deliveredUpTo, data.feedbackSequence ?? 0),
    savedAt: Date.now(),
  };
  const bytes = Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
  let error: string | undefined;
  try {
    draftCheckpoint(draft, stored);
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.message : String(thrown);
  }
  emit({ type: 'checkpoint', draft, bytes, error });
}

function collect(metrics: Readonly<Record<string, number>>): void {
  for (const name in metrics) {
    const sum = (sums[name] ??= { total: 0, n: 0 });
    sum.total += metrics[name]!;
    sum.n++;
  }
}

function means(): Record<string, number> {
  const out = Object.fromEntries(Object.entries(sums).map(([k, s]) => [k, s.total / s.n]));
  sums = {};
  return { ...out, ...trainer.report() };
}

function publish(): void {
  const { snapshot, ...feedback } = trainer.publish();
  const [gate, risk] = [trainer.gate(), trainer.risk()];
  const told = excluded && { excluded: excluded.teacherIds, rejected: excluded.feedbackIds };
  const asks = { ...(gate ? { gate } : {}), ...(risk ? { risk } : {}) };
  const activation = trainer.activation();
  emit({ type: 'published', snapshot, ...feedback, ...told, ...asks, activation });
  excluded = undefined;
}

/** Now and then: it costs as much as a report. */
function tellPeople(now: number): void {
  const version = trainer.report()['reward/version'] ?? 0;
  if (version === people.version || now - people.toldAt < PEOPLE_EVERY) return;
  people = { version, toldAt: now };
  emit({ type: 'people', people: trainer.people() });
}

function credit(steps: number): void {
  if (steps > 0) emit({ type: 'credit', steps, counts: trainer.counts() });
}

/** The steps of an on-policy learner's next round are acted by the policy that the last one ended with. */
function nextRound(): void {
  publish();
  credit(trainer.stepsNeeded() ?? 0);
}

emit({
  type: 'ready',
  backend: trainer.backend,
  counts: trainer.counts(),
});
publish();
credit((trainer.stepsNeeded() ?? 0) - FIRST_CREDIT);
let publishedAt = performance.now();
let toldAt = publishedAt;
let fresh = false;
while (!closing) {
  const start = performance.now();
  const before = trainer.counts().learnerUpdates;
  let worked = false;
  while (performance.now() - start < SLICE) {
    const lacked = trainer.stepsNeeded();
    const metrics = trainer.update();
    if (!metrics) break;
    worked = true;
    collect(metrics);
    if (lacked === 0 && trainer.stepsNeeded() !== 0) nextRound();
  }
  fresh ||= worked;
  const now = performance.now();
  // Rollouts keep as far ahead of an off-policy learner as its updates allow: one step each.
  if (trainer.stepsNeeded() === undefined) credit(trainer.counts().learnerUpdates - before);
  if (fresh && now - publishedAt > PUBLISH_EVERY) {
    publish();
    publishedAt = now;
    fresh = false;
  }
  if (now - toldAt > PROGRESS_EVERY) {
    emit({
      type: 'progress',
      counts: trainer.counts(),
      learning: fresh || worked,
      metrics: means(),
    });
    toldAt = now;
    tellPeople(now);
  }
  await (worked ? setImmediate() : sleep(IDLE));
}
trainer.dispose();
