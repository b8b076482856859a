/** What is wrong with a request, by field, value and what is allowed, as everywhere else (sim/config.ts). */
import type { FastifySchemaValidationError } from 'fastify';

/** Of Ajv with `verbose`: the value, and the schema that it broke. */
interface Violation extends FastifySchemaValidationError {
  readonly data?: unknown;
  readonly parentSchema?: Readonly<Record<string, unknown>>;
}

/** Longest part of a value that is repeated. */
const LONGEST = 60;
/** Fields whose value is never repeated. */
const SECRET = /password|token|secret/i;

/** @param errors at least one; `part`: `body`, `querystring`, `params` or `headers` */
export function refusedField(errors: readonly FastifySchemaValidationError[], part: string): Error {
  const [first] = errors as readonly [Violation];
  const { keyword, params, instancePath } = first;
  const within = instancePath.slice(1).replaceAll('/', '.');
  const inner = (name: unknown) => (within ? `${within}.${name}` : String(name));
  if (keyword === 'required') return new Error(`${inner(params['missingProperty'])}: is missing`);
  if (keyword === 'additionalProperties')
    return new Error(`${inner(params['additionalProperty'])}: is not known here`);
  const name = within || part;
  const value = SECRET.test(name) ? 'not as it must be' : shown(first.data);
  return new Error(`${name}: is ${value}, allowed ${allowed(first)}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function allowed({ keyword, params, parentSchema, message }: Violation): string {
  const of = parentSchema ?? {};
  const range = (low: unknown, high: unknown) =>
    high === undefined
      ? `${low} or more`
      : low === undefined
        ? `${high} at most`
        : `${low} to ${high}`;
  switch (keyword) {
    case 'enum':
      return (params['allowedValues'] as readonly unknown[]).join(', ');
    case 'const':
      return JSON.stringify(params['allowedValue']);
    case 'minimum':
    case 'maximum':
      return range(of['minimum'], of['maximum']);
    case 'minLength':
    case 'maxLength':
      return `${range(of['minLength'], of['maxLength'])} characters`;
    case 'minItems':
    case 'maxItems':
      return `${range(of['minItems'], of['maxItems'])} of them`;
    case 'type':
      return [params['type']].flat().join(' or ');
    case 'pattern':
      return `what matches ${params['pattern']}`;
    default:
      return `what ${message ?? keyword}`;
  }
}
