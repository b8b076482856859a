/** What can be asked over HTTP: OpenAPI 3.1, made of the routes as they are registered and of the table of permissions. */
import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance, FastifySchema } from 'fastify';
import { ANYBODY, isListed, PERMISSIONS } from '../people/roles.ts';
import { apiPage, type OpenApi, PAGE_POLICY } from './api-page.ts';

/** The field's own limit on a description: what it is, what it is for, and where to read on. */
const ABOUT =
  'Runs, episodes, answers and people of a Reins server. With accounts, send the token of a service or a login as `Authorization: Bearer …`; ' +
  'each operation says which roles may use it. What a page says and hears over the socket is docs/messages.md.';

const REFUSED = {
  type: 'object',
  properties: { message: { type: 'string' } },
  required: ['message'],
} as const;
const refused = (description: string) => ({ description, ...REFUSED });

/** Before any route is made. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  // Schemas of replies are for the document: what is sent is what the route made, whole.
  app.setSerializerCompiler(() => JSON.stringify);
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Reins', version, description: ABOUT },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
    transform: ({ schema, url, route }) => ({
      url,
      schema: described(schema ?? {}, [route.method].flat()[0]!, url),
    }),
  });
}

export function docsRoutes(api: FastifyInstance): void {
  api.get('/api/openapi.json', { schema: { summary: 'This description, as OpenAPI 3.1' } }, () =>
    Promise.resolve(api.swagger()),
  );
  api.get('/api/docs', { schema: { hide: true } }, (_request, reply) =>
    reply
      .header('Content-Security-Policy', PAGE_POLICY)
      .type('text/html')
      .send(apiPage(api.swagger() as unknown as OpenApi)),
  );
}

function described(schema: FastifySchema, method: string, url: string): FastifySchema {
  const roles = rolesOf(`${method} ${url}`);
  const responses = schema.response as Record<string, unknown> | undefined;
  const response = {
    200: { description: 'Done' },
    ...responses,
    ...(roles === ANYBODY
      ? {}
      : { 401: refused('Nobody is signed in'), 403: refused('Not open to this role') }),
    ...(schema.body || schema.querystring ? { 400: refused('Names the field and its range') } : {}),
    ...(url.includes('/:') ? { 404: refused('There is none of that name') } : {}),
  };
  return {
    ...schema,
    operationId: idOf(method, url),
    tags: [url.split('/')[2] ?? url.slice(1)],
    security: roles === ANYBODY ? [] : [{ bearer: [] }],
    'x-roles': roles === ANYBODY ? [] : roles,
    response,
  } as FastifySchema;
}

function rolesOf(what: string): typeof ANYBODY | readonly string[] {
  return isListed(what) ? PERMISSIONS[what] : [];
}

/** `GET /api/runs/:id/metrics`: `getRunsMetrics`. */
function idOf(method: string, url: string): string {
  const words = url
    .replace(/^\/api/, '')
    .split(/[/.-]/)
    .filter((word) => word !== '')
    .map((word) => (word.startsWith(':') ? `By-${word.slice(1)}` : word))
    .flatMap((word) => word.split('-'))
    .map((word) => word[0]!.toUpperCase() + word.slice(1));
  return method.toLowerCase() + words.join('');
}
