/** Objects in an S3-compatible store, by their keys. aws4fetch signs, so that a body may be a file and is never copied. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { nameOf, type StoreAddress } from './address.ts';
import { type Content, LONGEST_REQUEST, type ObjectStore } from './contract.ts';
import { isUnsent, StoreError } from './errors.ts';

/** ms without a byte in either direction. */
const IDLE = 30_000;
/** ms before a request that the store failed at is made again. */
const AGAIN = [100, 500];
/** Connections at once, and writes that wait for one; more are refused, so that they do not pile up in memory. */
const CONNECTIONS = 8;
const MOST_WRITES = 64;
/** Bytes summed at once, so that other work comes in between. */
const PIECE = 1024 * 1024;

type Method = 'PUT' | 'GET' | 'DELETE';

interface Body {
  readonly stream: () => Readable;
  readonly length: number;
  readonly sha256: string;
}

interface Reply {
  readonly status: number;
  readonly bytes: Buffer;
}

export function createObjectStore(address: StoreAddress): ObjectStore {
  const { prefix, endpoint } = address;
  const { Agent } = endpoint.protocol === 'https:' ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let writes = 0;

  async function request(method: Method, key: string, body?: Body): Promise<Reply> {
    let isUntouched = true;
    for (let attempt = 0; ; attempt++) {
      const pause = AGAIN[attempt];
      const answer = await once(method, key, body).catch((error: NodeJS.ErrnoException) => error);
      const code = codeOf(answer);
      if (code === undefined) return answer as Reply;
      isUntouched &&= isRefusal(answer) || isUnsent(code);
      if (pause === undefined || !isPassing(answer, code))
        throw new StoreError(address, code, isUntouched);
      await sleep(pause);
    }
  }

  async function once(method: Method, key: string, body: Body | undefined): Promise<Reply> {
    const { headers, url } = await new AwsV4Signer({
      ...address,
      service: 's3',
      method,
      url: new URL(`/${address.bucket}/${prefix}${key}`, endpoint).href,
      headers: { 'X-Amz-Content-Sha256': body?.sha256 ?? NOTHING },
    }).sign();
    const fields = Object.fromEntries(headers);
    if (body) fields['content-length'] = String(body.length);
    return exchange(url, { method, agent, headers: fields }, body);
  }

  const store: ObjectStore = {
    name: nameOf(address),
    async put(key, content) {
      if (writes >= MOST_WRITES)
        throw new StoreError(address, `${writes} objects wait to be written`, true);
      writes++;
      try {
        await request('PUT', key, await bodyOf(content));
      } finally {
        writes--;
      }
    },
    async get(key) {
      const { status, bytes } = await request('GET', key);
      return status === 404 ? undefined : bytes;
    },
    async remove(key) {
      await request('DELETE', key);
    },
    async expectUsable() {
      const key = `probe-${randomUUID()}`;
      const sent = Buffer.from(key);
      await store.put(key, sent);
      const found = await store.get(key);
      await store.remove(key);
      if (!found?.equals(sent)) throw new StoreError(address, 'reads otherwise than written', true);
    },
    close: () => agent.destroy(),
  };
  return store;
}

function exchange(url: URL, options: http.RequestOptions, body: Body | undefined): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const signal = AbortSignal.timeout(LONGEST_REQUEST);
    const sent = request(url, { ...options, timeout: IDLE, signal }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(pieces) }),
      );
    });
    sent.on('timeout', () => sent.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' })));
    sent.on('error', reject);
    if (body) pipeline(body.stream(), sent).catch(reject);
    else sent.end();
  });
}

/** undefined: it was done, or there is no such object. */
function codeOf(answer: Reply | NodeJS.ErrnoException): string | undefined {
  if (answer instanceof Error)
    return answer.name === 'AbortError' ? 'ETIMEDOUT' : (answer.code ?? answer.message);
  const { status, bytes } = answer;
  if (status >= 200 && status < 300) return undefined;
  const named = /<Code>(\w+)<\/Code>/.exec(bytes.toString('latin1', 0, 4096))?.[1];
  if (named === 'NoSuchKey') return undefined;
  return named ?? (status === 403 ? 'AccessDenied' : `status ${status}`);
}

/** It answered that it does not do it. */
const isRefusal = (answer: Reply | Error): boolean =>
  !(answer instanceof Error) && answer.status >= 400 && answer.status < 500;

/** It may go well at once: of a busy store, or a connection that it closed just then. */
const isPassing = (answer: Reply | Error, code: string): boolean =>
  answer instanceof Error
    ? code === 'ECONNRESET' || code === 'EPIPE'
    : answer.status >= 500 || answer.status === 429;

const NOTHING = createHash('sha256').digest('hex');

async function bodyOf(content: Content): Promise<Body> {
  const stream = () =>
    Buffer.isBuffer(content)
      ? Readable.from(piecesOf(content))
      : createReadStream(content.file, { highWaterMark: PIECE });
  const hash = createHash('sha256');
  let length = 0;
  for await (const piece of stream() as AsyncIterable<Buffer>) {
    hash.update(piece);
    length += piece.length;
    await sleep(0);
  }
  return { stream, length, sha256: hash.digest('hex') };
}

function* piecesOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += PIECE) yield bytes.subarray(from, from + PIECE);
}
