/** Who taught the agent what, and how far it came between takeovers. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import type { People } from '../people/people.ts';
import { may } from '../people/roles.ts';
import type { TeachingReply } from '../protocol/index.ts';
import { rejectedBy } from '../run/review-rules.ts';
import { type Said, type Teaching, teachingOf } from '../run/teaching.ts';
import type { Storage } from '../storage/contract.ts';
import { createLogReader } from '../storage/log-reader.ts';
import { teaching } from './shapes/people.ts';

export interface TeachingRoutes {
  readonly run: RunHandle;
  readonly storage: Storage;
  readonly people: People;
}

export function teachingRoutes(api: FastifyInstance, options: TeachingRoutes): void {
  const { run, storage, people } = options;
  const read = createLogReader(storage, run.run.id);
  api.get(
    '/api/teaching',
    {
      schema: {
        summary:
          'Feedback that counts by person and kind, and the newest takeovers; others are named to supervisors, auditors and services alone',
        response: { 200: teaching },
      },
    },
    async ({ person }): Promise<TeachingReply> => {
      const rejected = new Set(rejectedBy(await storage.listReviews(run.run.id)));
      const all = teachingOf(await read(), rejected);
      const isPaused = (id: string) => run.watch.of(id).state === 'paused';
      const told = (id: string) => ({ name: people.nameOf(id), isPaused: isPaused(id) });
      // As with the log itself, which says the same answer by answer.
      if (may(person?.role, 'GET /api/feedback')) return named(all, told);
      const own = person?.id;
      return named(withoutNames(all, own), (id) =>
        id === own ? told(id) : { name: null, isPaused: false },
      );
    },
  );
}

function named(
  { people, takeovers }: Teaching,
  told: (teacherId: string) => { readonly name: string | null; readonly isPaused: boolean },
): TeachingReply {
  return {
    people: people.map(({ teacherId, ...rest }) => ({ ...told(teacherId), ...rest })),
    takeovers: takeovers.map(({ teacherId, ...rest }) => ({ ...rest, name: told(teacherId).name })),
  };
}

/** Everybody but this person is one, of whom nothing can be opened. */
function withoutNames({ people, takeovers }: Teaching, own: string | undefined): Teaching {
  const others = new Map<Said['kind'], Said>();
  for (const { said } of people.filter(({ teacherId }) => teacherId !== own))
    for (const { kind, count } of said)
      others.set(kind, { kind, count: (others.get(kind)?.count ?? 0) + count, newest: null });
  const said = [...others.values()];
  const count = said.reduce((sum, one) => sum + one.count, 0);
  const mine = people.filter(({ teacherId }) => teacherId === own);
  return { people: [...mine, ...(count > 0 ? [{ teacherId: '', count, said }] : [])], takeovers };
}
