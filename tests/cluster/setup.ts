/** Global set-up of the cluster project: the server that all its files use. */
import type { TestProject } from 'vitest/node';
import { createPostgres } from './postgres-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of a PostgreSQL, for the name of a database to be added. */
    postgres: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const server = await createPostgres();
  server.start();
  project.provide('postgres', server.url);
  return () => {
    server.stop('fast');
    server.remove();
  };
}
