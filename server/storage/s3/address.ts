/** Where an S3-compatible store is and who one is there: a flag, and the variables that every AWS tool reads. */

export interface StoreAddress {
  readonly bucket: string;
  /** Of every key, with its slash; empty: none. */
  readonly prefix: string;
  readonly endpoint: URL;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

const ADDRESS = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[\w.-]+)*)\/?$/;
const DEFAULT_REGION = 'us-east-1';

/**
 * @param blobs `s3://BUCKET/PREFIX`
 * @param endpoint goes before that of the variables
 * @throws RangeError naming what is missing or wrong
 */
export function storeAddress(
  blobs: string,
  endpoint: string | undefined,
  env: Variables = process.env,
): StoreAddress {
  const [, bucket, path = ''] = ADDRESS.exec(blobs) ?? [];
  if (bucket === undefined)
    throw new RangeError(
      `blobs: is "${blobs}", allowed s3://BUCKET or s3://BUCKET/PREFIX, a prefix of letters, digits and . _ - /`,
    );
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION || DEFAULT_REGION;
  const at =
    endpoint ||
    env.AWS_ENDPOINT_URL_S3 ||
    env.AWS_ENDPOINT_URL ||
    `https://s3.${region}.amazonaws.com`;
  const sessionToken = env.AWS_SESSION_TOKEN;
  return {
    bucket,
    prefix: path === '' ? '' : `${path.slice(1)}/`,
    endpoint: endpointOf(at),
    region,
    accessKeyId: needed(env, 'AWS_ACCESS_KEY_ID'),
    secretAccessKey: needed(env, 'AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken ? { sessionToken } : {}),
  };
}

function endpointOf(given: string): URL {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.username)
    throw new RangeError(
      `blobs-endpoint: is "${given}", allowed http://HOST:PORT or https://HOST:PORT`,
    );
  return url;
}

function needed(env: Variables, name: string): string {
  const value = env[name];
  if (!value) throw new RangeError(`${name}: is not set; --blobs signs with it`);
  return value;
}

/** As `--blobs` names it. */
export const nameOf = ({ bucket, prefix }: StoreAddress): string =>
  `s3://${bucket}${prefix === '' ? '' : `/${prefix.slice(0, -1)}`}`;
