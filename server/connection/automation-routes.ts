/** Whether a model answers in people's place, and how much is missing until it may. */
import type { FastifyInstance } from 'fastify';
import type { RunHandle } from '../contract.ts';
import { automationReport } from '../run/automation-report.ts';
import type { Storage } from '../storage/contract.ts';

const text = { type: 'string' } as const;
const number = { type: 'number' } as const;
const integer = { type: 'integer' } as const;
const orNull = { type: ['number', 'null'] } as const;
const audits = {
  type: 'object',
  properties: { asked: integer, answered: integer, right: integer },
} as const;
const certificate = {
  type: ['object', 'null'],
  properties: {
    ...{ id: text, at: number, rewardVersion: integer, answers: integer, audits },
    ...{ threshold: number, labels: integer, lower: number },
  },
} as const;
const report = {
  description:
    'Held-out comparisons there are and are missing, the certificate that holds, and its audits',
  type: 'object',
  properties: {
    ...{ isOn: { type: 'boolean' }, target: orNull, audit: orNull, labels: integer, next: orNull },
    ...{ missing: orNull, looks: integer, answers: integer, certificate },
    withdrawn: {
      type: ['object', 'null'],
      properties: {
        id: text,
        at: number,
        why: { enum: ['audit', 'bound', 'replaced', 'changed'] },
      },
    },
  },
} as const;
const answers = {
  description: 'Oldest first; `isAudit`: people are asked, and it does not stand',
  type: 'array',
  items: {
    type: 'object',
    properties: {
      ...{ queryId: text, runId: text, lookId: text, teacherKind: { const: 'model' } },
      ...{
        choice: { enum: ['a', 'b'] },
        confidence: number,
        isAudit: { type: 'boolean' },
        at: number,
      },
    },
  },
} as const;

export function automationRoutes(api: FastifyInstance, run: RunHandle, storage: Storage): void {
  const { id } = run.run;
  api.get(
    '/api/automation',
    {
      schema: {
        summary: 'Whether a certified model answers in people’s place, and what is missing',
        response: { 200: report },
      },
    },
    () => automationReport(storage, id, run.automation),
  );
  api.get(
    '/api/automation/answers',
    {
      schema: {
        summary: 'What models answered, apart from the feedback log',
        response: { 200: answers },
      },
    },
    async () =>
      (await storage.listAutomatic(id)).map((row) => ({ ...row, teacherKind: 'model' as const })),
  );
}
