/** Signatures of webhooks by the Standard Webhooks specification 1.0 (standardwebhooks.com), which libraries of many languages check. */
import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
const LEAST = 24;
const MOST = 64;

export interface Signed {
  readonly id: string;
  /** s since epoch: the receiver refuses what is too old, so that nothing is played again. */
  readonly timestamp: number;
  readonly body: string;
}

/** @throws RangeError naming the way to make one */
export function secretKey(secret: string): Buffer {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : '';
  const key = Buffer.from(text, 'base64');
  const isBase64 = /^[A-Za-z0-9+/]+=*$/.test(text);
  if (!isBase64 || key.length < LEAST || key.length > MOST)
    throw new RangeError(
      `webhook-secret: allowed ${PREFIX} and ${LEAST} to ${MOST} bytes in base64, as in "${PREFIX}$(openssl rand -base64 32)"`,
    );
  return key;
}

/** Value of the header `webhook-signature`. */
export function signatureOf({ id, timestamp, body }: Signed, key: Buffer): string {
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${mac}`;
}
