/** What the schemas of replies are made of. Names of fields are those of the type that a route answers with. */

/** As much of JSON Schema as is needed. */
export type Schema = Readonly<Record<string, unknown>>;

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const integer: Schema = { type: 'integer' };
export const yesNo: Schema = { type: 'boolean' };
export const time: Schema = { type: 'number', description: 'ms since epoch' };

/** @param of of one type */
export const orNull = (of: Schema): Schema => ({
  ...of,
  type: [of['type'], 'null'],
  ...(of['enum'] ? { enum: [...(of['enum'] as readonly string[]), null] } : {}),
});

export const oneOf = (words: readonly string[]): Schema => ({ type: 'string', enum: words });

export const list = (items: Schema, description?: string): Schema => ({
  ...(description ? { description } : {}),
  ...{ type: 'array', items },
});

/** Values of one kind by names that are not known before. */
export const byName = (additionalProperties: Schema): Schema => ({
  ...{ type: 'object', additionalProperties },
});

/** Whatever it holds. */
export const anything: Schema = {};

type Optional<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/** Each field of `T`, those that may be absent named. */
export function object<T>(
  properties: { readonly [K in keyof T]-?: Schema },
  about: { readonly optional?: readonly Optional<T>[]; readonly description?: string } = {},
): Schema {
  const { optional = [], description } = about;
  const required = Object.keys(properties).filter(
    (name) => !(optional as readonly string[]).includes(name),
  );
  return { ...(description ? { description } : {}), type: 'object', required, properties };
}

/** A file, of one of these media types. */
export const file = (description: string, ...types: readonly string[]) => ({
  description,
  content: Object.fromEntries(types.map((type) => [type, { schema: text }])),
});
