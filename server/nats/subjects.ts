/** How what a run has at the broker is called: all of it begins with `reins.RUN` or `reins-RUN`. */

/** In place of a run: every one. */
export const ALL_RUNS = '*';

type Place = number | '*';

/** Subjects of a run. */
export function subjectsOf(runId: string) {
  const prefix = `reins.${token(runId)}`;
  return {
    /** From the learner, to all: which learner, which policy. */
    learner: `${prefix}.learner`,
    /** Of the learner, kept: which one it is, and what it is to be acted in. */
    record: `${prefix}.record`,
    /** From one learner, to all actors: a policy in parts, from 0. */
    policy: (epoch: Place, version: Place, part: Place) =>
      `${prefix}.policy.${epoch}.${version}.${part}`,
    /** The same, kept. */
    weights: (epoch: Place, version: Place, part: Place) =>
      `${prefix}.weights.${epoch}.${version}.${part}`,
    /** From actors: that they are there, and how far. */
    actors: `${prefix}.actors`,
    /** To one actor: how far it may go. */
    credit: (session: string) => `${prefix}.credit.${session}`,
    /** From the learner, to all gateways: where its door is. */
    door: `${prefix}.door`,
    /** From gateways: that they are there. */
    gateways: `${prefix}.gateways`,
    /** From one gateway to one door, and back: the connections of people (trunk.ts). */
    up: (door: string, gateway: string) => `${prefix}.up.${door}.${gateway}`,
    down: (door: string, gateway: string) => `${prefix}.down.${door}.${gateway}`,
    /** To one learner, which says what has come. */
    steps: (epoch: Place, session: string) => `${prefix}.steps.${epoch}.${session}`,
  };
}

/** The run that a subject is of. */
export const runOf = (subject: string): string => subject.split('.')[1]!;

export type Subjects = ReturnType<typeof subjectsOf>;

/** The stream of a run: its learner's last word by subject. */
export const streamOf = (runId: string): string => `reins-${token(runId)}`;

/** @throws RangeError for a run that no subject can name */
function token(runId: string): string {
  if (runId !== ALL_RUNS && !/^[\w-]+$/.test(runId))
    throw new RangeError(`run: is "${runId}", allowed over NATS letters, digits, - and _`);
  return runId;
}
