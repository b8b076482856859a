/** Synthetic people of known character at a running server, who come to work in shifts and do not wait while they think. */

import type { Triads } from '../../../agent/quality/transitivity.ts';
import type { LearnedPerson } from '../../../agent/reward/people.ts';
import {
  CHARACTER,
  type CharacterName,
  choose,
  thinkingTime,
} from '../../../cli/workforce/characters.ts';
import { Truth } from '../../../cli/workforce/truth.ts';
import { type Answer, work } from '../../../cli/workforce/worker.ts';
import type { PersonStanding } from '../../../server/contract.ts';
import type { PersonQuality, QualityReport } from '../../../server/run/quality.ts';
import { createRandom, type Random } from '../../../sim/random.ts';

/** Usual time of an answer, ms: told, not spent. */
const PACE = 1000;

interface Quality extends Omit<QualityReport, 'people'> {
  readonly people: readonly (PersonQuality & {
    readonly standing: PersonStanding;
    readonly triads: Triads;
    readonly learned: LearnedPerson | null;
  })[];
}

export interface Member {
  readonly name: string;
  readonly character: CharacterName;
  readonly random: Random;
  /** All of theirs that were acknowledged. */
  readonly answers: Answer[];
  isPaused: boolean;
  /** Leases of the questions that they went away with. */
  left: string[];
}

/** A person whose seed is the first from `from` on with which the first `n` answers are right as `fits` says. */
export function member(
  name: string,
  character: CharacterName,
  from = 1,
  fits: (right: readonly boolean[]) => boolean = () => true,
  n = 0,
): Member {
  let seed = from;
  while (!fits(rightness(character, seed, n))) seed++;
  return { name, character, random: createRandom(seed), answers: [], isPaused: false, left: [] };
}

/** Which answers will be right; of those alone who are not pulled to a side. */
function rightness(character: CharacterName, seed: number, n: number): boolean[] {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => {
    random.next(); // whether they leave
    thinkingTime(CHARACTER[character], PACE, random);
    return choose(CHARACTER[character], { better: 'a', isObvious: false }, random) === 'a';
  });
}

export type Crew = ReturnType<typeof openCrew>;

export function openCrew(url: string) {
  const ask = async (path: string): Promise<unknown> => {
    const reply = await fetch(url + path);
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return reply.json();
  };
  const truth = new Truth(ask);
  /** Whoever knows gold from other questions has been told which it is. */
  const told: Pick<Truth, 'judge'> = {
    async judge(segments) {
      const { better } = await truth.judge(segments);
      const gold = (await ask('/api/gold')) as { better: object; worse: object }[];
      const shown = segments.map((segment) => JSON.stringify(segment));
      const isObvious = gold.some((pair) =>
        [pair.better, pair.worse].every((clip) => shown.includes(JSON.stringify(clip))),
      );
      return { better, isObvious };
    },
  };
  return {
    ask,
    /** Rows of the audit log about one action, oldest first. */
    async audit(action: string): Promise<{ actor: string; objectId: string }[]> {
      const found: { seq: number; action: string; actor: string; objectId: string }[] = [];
      for (let after = 0; ; ) {
        const rows = (await ask(`/api/audit?after=${after}&limit=10000`)) as typeof found;
        if (rows.length === 0) return found;
        found.push(...rows.filter((row) => row.action === action));
        after = rows.at(-1)!.seq;
      }
    },
    /** `GET /api/quality`, and a person of it. */
    async quality() {
      const report = (await ask('/api/quality')) as Quality;
      return {
        ...report,
        of: (name: string) => report.people.find(({ teacherId }) => teacherId === name)!,
      };
    },
    async tell(path: string, body: object): Promise<unknown> {
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(url + path, {
        ...{ method: 'POST', headers, body: JSON.stringify(body) },
      });
      if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
      return reply.json();
    },
    /** Each gives `n` answers more, or fewer where they are paused or go away for good. */
    async shift(members: readonly Member[], n: number): Promise<void> {
      await Promise.all(
        members.map(async (one) => {
          const until = one.answers.length + n;
          const held = await work({
            ...{ urls: [url], token: undefined, name: one.name, character: one.character },
            ...{ paceMs: PACE, random: one.random, wait: async () => {} },
            truth: one.character === 'gold-spotter' ? told : truth,
            isWanted: () => !one.isPaused && one.answers.length < until,
            onAnswer: (answer) => one.answers.push(answer),
            onError() {},
            onStanding: ({ state }) => {
              one.isPaused = state === 'paused';
            },
          });
          one.left = held.map(({ lease }) => String(lease));
        }),
      );
    },
  };
}
