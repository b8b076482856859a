/** Where an object store is, and what is told where it cannot be used; a real one is in tests/cluster/blobs.test.ts. */
import { expect, it, test } from 'vitest';
import { openPlace } from '../../../server/storage/open.ts';
import { nameOf, storeAddress } from '../../../server/storage/s3/address.ts';
import { createObjectStore } from '../../../server/storage/s3/store.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'ada', AWS_SECRET_ACCESS_KEY: 'secret' };

test.each([
  ['s3://bucket', undefined, {}, 's3://bucket', 'https://s3.us-east-1.amazonaws.com', 'us-east-1'],
  [
    's3://my.bucket-1/a/b.c/',
    undefined,
    { AWS_REGION: 'eu-west-1' },
    's3://my.bucket-1/a/b.c',
    'https://s3.eu-west-1.amazonaws.com',
    'eu-west-1',
  ],
  [
    's3://bucket/a',
    undefined,
    { AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_S3: 'http://store:9000' },
    's3://bucket/a',
    'http://store:9000',
    'us-east-1',
  ],
  [
    's3://bucket/a',
    'https://given',
    { AWS_ENDPOINT_URL_S3: 'http://store:9000', AWS_REGION: '', AWS_DEFAULT_REGION: 'garage' },
    's3://bucket/a',
    'https://given',
    'garage',
  ],
] as const)(
  '[BLOB-8] %s is found by flag and variables',
  (blobs, endpoint, env, name, at, region) => {
    const address = storeAddress(blobs, endpoint, { ...KEYS, ...env });
    expect([nameOf(address), address.endpoint.origin, address.region]).toEqual([name, at, region]);
  },
);

test.each([
  ['bucket', undefined, KEYS, /^blobs: is "bucket", allowed s3:\/\/BUCKET/],
  ['s3://B', undefined, KEYS, /^blobs: is "s3:\/\/B"/],
  ['s3://bucket/a+b', undefined, KEYS, /a prefix of letters, digits/],
  ['s3://bucket', 'store:9000', KEYS, /^blobs-endpoint: is "store:9000", allowed http:/],
  ['s3://bucket', 'http://store/path', KEYS, /^blobs-endpoint: is/],
  ['s3://bucket', undefined, {}, /^AWS_ACCESS_KEY_ID: is not set/],
  ['s3://bucket', undefined, { AWS_ACCESS_KEY_ID: 'ada' }, /^AWS_SECRET_ACCESS_KEY: is not set/],
] as const)(
  '[BLOB-8] %s at %s: what is missing or wrong is named',
  (blobs, endpoint, env, words) => {
    expect(() => storeAddress(blobs, endpoint, env)).toThrow(words);
  },
);

it('[BLOB-8] a store that does not answer is named, without its keys and with the way out', async () => {
  const store = createObjectStore(storeAddress('s3://bucket/a', 'http://127.0.0.1:1', KEYS));
  const error = (await store.expectUsable().catch((e: unknown) => e)) as Error;
  store.close();
  expect(error).toBeInstanceOf(RangeError);
  expect(error.message).toBe(
    'blobs: s3://bucket/a at http://127.0.0.1:1 cannot be used (ECONNREFUSED): start the store, or give its address with --blobs-endpoint (AWS_ENDPOINT_URL_S3)',
  );
});

it('[BLOB-8] a store without a database is refused', async () => {
  await expect(openPlace({ folder: 'data', blobs: 's3://bucket' })).rejects.toThrow(
    /^blobs: is given without --database/,
  );
});
