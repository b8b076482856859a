import type { FastifyRequest } from 'fastify';

/** Whoever is signed in; without accounts the owner. */
export const actorOf = ({ person }: FastifyRequest): string => person?.id ?? 'owner';
