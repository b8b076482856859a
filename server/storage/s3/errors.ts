/** What an object store refuses or leaves unanswered, in one line with the way out. */
import { nameOf, type StoreAddress } from './address.ts';

export class StoreError extends RangeError {
  /** It has nothing of what was to be written. */
  readonly isUntouched: boolean;

  constructor(address: StoreAddress, code: string, isUntouched: boolean) {
    const name = `${nameOf(address)} at ${address.endpoint.origin}`;
    super(`blobs: ${name} cannot be used (${code}): ${wayOut(code)}`);
    this.isUntouched = isUntouched;
  }
}

/** Codes of connections to which nothing was sent. */
const UNSENT = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

export const isUnsent = (code: string): boolean => UNSENT.includes(code);

function wayOut(code: string): string {
  switch (code) {
    case 'NoSuchBucket':
      return 'make the bucket, or give another with --blobs';
    case 'AccessDenied':
    case 'AllAccessDisabled':
      return 'let its user read, write and delete there, or give another bucket or prefix with --blobs';
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidToken':
    case 'ExpiredToken':
      return 'give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN) of a user that it knows';
    case 'AuthorizationHeaderMalformed':
    case 'PermanentRedirect':
      return 'give its region in AWS_REGION';
    case 'RequestTimeTooSkewed':
      return 'set the clock of this machine';
    case 'EntityTooLarge':
      return 'it takes no object as large as this';
    default:
      return 'start the store, or give its address with --blobs-endpoint (AWS_ENDPOINT_URL_S3)';
  }
}
