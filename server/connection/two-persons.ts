/** How routes answer where it takes a second person. */
import type { FastifyReply } from 'fastify';
import { TwoPersonError } from '../people/two-persons.ts';

/** 409 where somebody else is needed. */
export async function twoPersons<T>(reply: FastifyReply, work: () => Promise<T>) {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof TwoPersonError)) throw error;
    return reply.code(409).send({ message: error.message });
  }
}
