import type { ErrorCode } from '../protocol/index.ts';

/** Why a message is refused; the connection goes on. `ref`: id of what failed, where it has one. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly ref: string | undefined;

  constructor(code: ErrorCode, message: string, ref?: string) {
    super(message);
    this.code = code;
    this.ref = ref;
  }
}
