/** Many synthetic people at one server, and what became of their answers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from '../../agent/evaluation/statistics.ts';
import { decodeFrame, OP, opcode } from '../../server/protocol/index.ts';
import { createRandom } from '../../sim/random.ts';
import { type ControlTicks, createTickMeter } from '../control-ticks.ts';
import { openSocket } from '../viewer-socket.ts';
import { type CharacterName, hire } from './characters.ts';
import { Truth } from './truth.ts';
import { type Answer, work } from './worker.ts';

/** How often a server that does not answer is asked, and ms in between. */
const TRIES = 30;
const AGAIN = 1000;

export interface WorkforceOptions {
  /** Addresses of the same server, over which the people are divided. */
  readonly urls: readonly string[];
  readonly token: string | undefined;
  readonly people: number;
  /** Acknowledged answers of all together after which everybody goes home. */
  readonly answers: number;
  /** Usual time per answer, ms. */
  readonly paceMs: number;
  /** Share of the people who are not good, [0, 1]. */
  readonly bad: number;
  /** Answers that one question may have: the server's overlap, and one where they disagree. */
  readonly overlap: number;
  readonly seed: number;
  readonly onAnswer: (done: number) => void;
}

interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
}

export interface WorkforceReport {
  readonly people: number;
  readonly seconds: number;
  readonly answers: number;
  /** Acknowledged answers that the server's log does not have. */
  readonly lost: number;
  /** Answers to a question beyond those that the overlap allows, and questions that one person answered twice. */
  readonly beyondOverlap: number;
  readonly twice: number;
  readonly ackMs: Quantiles;
  /** From an answer to the next question given in its place. */
  readonly nextQuestionMs: Quantiles;
  /** How punctual the first live simulation was meanwhile; absent: it did not move. */
  readonly controlTicks?: ControlTicks | undefined;
  readonly byCharacter: Readonly<
    Record<string, { people: number; answers: number; right: number }>
  >;
  /** Refusals by code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly queue: unknown;
}

export async function runWorkforce(options: WorkforceOptions): Promise<WorkforceReport> {
  const { urls, token, people, seed } = options;
  const ask = (path: string) => askOneOf(urls, path, token);
  const truth = new Truth(ask);
  const answers: Answer[] = [];
  const errors: Record<string, number> = {};
  const characters = hire(people, options.bad);
  const start = performance.now();
  const onlooker = await lookOn(urls[0]!, token);
  let atWork = people;
  await Promise.all(
    characters.map(async (character, i) => {
      await work({
        ...{ token, character, truth, paceMs: options.paceMs },
        urls: urls.map((_, turn) => urls[(i + turn) % urls.length]!),
        name: `W-${seed}-${i}-${character}`,
        random: createRandom(seed * 1000 + i),
        isWanted: () => answers.length < options.answers,
        onAnswer: (answer) => options.onAnswer(answers.push(answer)),
        onError: (code) => {
          errors[code] = (errors[code] ?? 0) + 1;
        },
      });
      atWork--;
      if (atWork === 0 && answers.length < options.answers)
        throw new Error(
          `everybody went home after ${answers.length} of ${options.answers} answers`,
        );
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  const controlTicks = onlooker.leave();
  const log = (await ask('/api/feedback')) as { id: string }[];
  return {
    people,
    seconds: round(seconds),
    ...account(answers, new Set(log.map(({ id }) => id)), options.overlap),
    controlTicks,
    byCharacter: byCharacter(answers, characters, seed),
    errors,
    queue: await ask('/api/queue'),
  };
}

/** Somebody who watches the live simulation and times its steps. */
async function lookOn(url: string, token: string | undefined) {
  const meter = createTickMeter();
  const socket = await openSocket(
    url,
    (data) => {
      if (opcode(data) === OP.frame) meter.see(decodeFrame(data));
    },
    token,
  );
  return {
    leave(): ControlTicks | undefined {
      socket.terminate();
      return meter.result();
    },
  };
}

/** The first that answers, tried again for a while, as people reload a page. */
async function askOneOf(urls: readonly string[], path: string, token: string | undefined) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  let why: unknown;
  for (let i = 0; i < TRIES; i++) {
    if (i >= urls.length) await sleep(AGAIN);
    try {
      const reply = await fetch(urls[i % urls.length]! + path, { headers });
      if (reply.ok) return (await reply.json()) as unknown;
      why = new Error(`${path}: ${reply.status} ${await reply.text()}`);
      if (reply.status !== 503) break;
    } catch (error) {
      why = error;
    }
  }
  throw why;
}

/** What was promised of each answer, against what the log has. */
export function account(answers: readonly Answer[], log: ReadonlySet<string>, overlap: number) {
  const people = new Map<string, string[]>();
  for (const { queryId, person } of answers)
    people.set(queryId, [...(people.get(queryId) ?? []), person]);
  const most = overlap > 1 ? overlap + 1 : 1;
  const each = [...people.values()];
  return {
    answers: answers.length,
    lost: answers.filter(({ feedbackId }) => !log.has(feedbackId)).length,
    beyondOverlap: each.reduce((n, names) => n + Math.max(0, names.length - most), 0),
    twice: each.filter((names) => new Set(names).size < names.length).length,
    ackMs: quantiles(answers.map(({ ackMs }) => ackMs)),
    nextQuestionMs: quantiles(
      answers.flatMap(({ nextMs }) => (nextMs === undefined ? [] : [nextMs])),
    ),
  };
}

function byCharacter(
  answers: readonly Answer[],
  characters: readonly CharacterName[],
  seed: number,
) {
  const found: Record<string, { people: number; answers: number; right: number }> = {};
  for (const [i, character] of characters.entries()) {
    const own = answers.filter(({ person }) => person === `W-${seed}-${i}-${character}`);
    const sum = found[character] ?? { people: 0, answers: 0, right: 0 };
    found[character] = {
      people: sum.people + 1,
      answers: sum.answers + own.length,
      right: sum.right + own.filter(({ isRight }) => isRight).length,
    };
  }
  return found;
}

function quantiles(values: readonly number[]): Quantiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (q: number) => (sorted.length === 0 ? Number.NaN : round(quantile(sorted, q)));
  return { p50: at(0.5), p95: at(0.95), max: at(1) };
}

const round = (value: number) => Math.round(value * 10) / 10;
