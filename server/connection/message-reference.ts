/** Every message on the socket in words, made of the schemas that the server checks them by. */
import { z } from 'zod';
import { PERMISSIONS } from '../people/roles.ts';
import { clientMessageSchema, feedbackSchema, serverMessageSchema } from '../protocol/index.ts';

export interface MessageField {
  readonly name: string;
  /** As TypeScript writes it, with the allowed range. */
  readonly type: string;
  readonly isOptional: boolean;
  readonly meaning: string;
}

export interface MessageDescription {
  /** As the table of permissions names it: `control.play`, `feedback.reward`. */
  readonly name: string;
  readonly meaning: string;
  /** Who may send it; empty: the server does. */
  readonly roles: readonly string[];
  readonly fields: readonly MessageField[];
}

/** The part of JSON Schema that zod makes of our schemas. */
interface Json {
  /** Several where a plain value may also be null. */
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Json[];
  readonly oneOf?: readonly Json[];
  readonly items?: Json;
  readonly properties?: Readonly<Record<string, Json>>;
  readonly additionalProperties?: Json | boolean;
  readonly required?: readonly string[];
  readonly description?: string;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

const asJson = (schema: z.ZodType): Json =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;

export function clientMessages(): MessageDescription[] {
  return clientMessageSchema.options.flatMap((option) => {
    if ('options' in option)
      return option.options.map((o) => described(`control.${o.shape.action.value}`, asJson(o)));
    const type = option.shape.type.value;
    if (type !== 'feedback') return [described(type, asJson(option))];
    return feedbackSchema.options.map((o) =>
      described(`feedback.${o.shape.kind.value}`, asJson(o)),
    );
  });
}

export function serverMessages(): MessageDescription[] {
  return serverMessageSchema.options.map((option) =>
    described(option.shape.type.value, asJson(option), false),
  );
}

function described(name: string, json: Json, isSentByPages = true): MessageDescription {
  const { properties = {}, required = [], description = '' } = json;
  return {
    name,
    meaning: description,
    roles: isSentByPages ? PERMISSIONS[`message ${name}` as 'message hello'] : [],
    fields: Object.entries(properties).map(([field, of]) => ({
      name: field,
      type: typeOf(of),
      isOptional: !required.includes(field),
      meaning: of.description ?? '',
    })),
  };
}

/** As TypeScript writes it; of nested objects the names alone. */
function typeOf(json: Json): string {
  if (json.const !== undefined) return JSON.stringify(json.const);
  if (json.enum) return json.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choice = json.anyOf ?? json.oneOf;
  if (choice) return [...new Set(choice.map(typeOf))].join(' | ');
  if (typeof json.type === 'object')
    return json.type.map((type) => typeOf({ ...json, type })).join(' | ');
  switch (json.type) {
    case 'array':
      return `list of ${typeOf(json.items ?? {})}`;
    case 'object':
      return objectType(json);
    case 'string':
      return json.maxLength === undefined ? 'string' : `string, at most ${json.maxLength}`;
    case 'integer':
    case 'number':
      return `${json.type === 'integer' ? 'whole number' : 'number'}${rangeOf(json)}`;
    default:
      return json.type ?? 'anything';
  }
}

function objectType({ properties, required = [], additionalProperties }: Json): string {
  if (properties)
    return `{${Object.keys(properties)
      .map((name) => (required.includes(name) ? name : `${name}?`))
      .join(', ')}}`;
  const value = typeof additionalProperties === 'object' ? typeOf(additionalProperties) : '';
  return `object of ${value || 'anything'} by name`;
}

/** Bounds that a number of JavaScript has anyhow are not told. */
function rangeOf({ minimum, maximum, exclusiveMinimum }: Json): string {
  const isBound = (x: number | undefined) => x !== undefined && Math.abs(x) < 2 ** 53 - 1;
  if (isBound(exclusiveMinimum)) return ` above ${exclusiveMinimum}${most(maximum)}`;
  if (isBound(minimum)) return isBound(maximum) ? ` ${minimum} to ${maximum}` : ` from ${minimum}`;
  return most(maximum);
  function most(x: number | undefined): string {
    return isBound(x) ? ` at most ${x}` : '';
  }
}
