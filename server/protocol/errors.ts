/** Why a message is refused. docs/SPEC.md's table is made of this list by `npm run docs`. */
import { CLOSE } from './version.ts';

export interface ErrorDescription {
  readonly meaning: string;
  readonly remedy: string;
  /** The connection is closed with this code; absent: it goes on. */
  readonly close?: number;
}

export const ERRORS = {
  'bad-json': { meaning: 'A text message is not JSON.', remedy: 'Correct the client.' },
  'bad-message': {
    meaning: 'A field is missing, of a wrong type, out of range or does not fit the run.',
    remedy: 'Correct the field that the message names.',
  },
  'too-large': { meaning: 'A message exceeds 64 KiB.', remedy: 'Send smaller messages.' },
  'too-frequent': {
    meaning: 'More than 50 messages or 120 inputs a second.',
    remedy: 'Send fewer; the limit refills every second.',
  },
  'protocol-mismatch': {
    meaning: 'Page and server speak different versions.',
    remedy: 'Reload the page.',
    close: CLOSE.protocolMismatch,
  },
  'hello-missing': {
    meaning: 'A message came before `hello`.',
    remedy: 'Send `hello` first.',
  },
  'unknown-episode': {
    meaning: 'Feedback or a clip names an episode that the run does not have.',
    remedy: 'Ask about an episode that is still stored.',
  },
  'other-run': {
    meaning: 'Feedback belongs to another run than the one that is served.',
    remedy:
      'Keep it, and send it again once `reins serve --run ID` serves that run; the page does.',
  },
  'unknown-query': {
    meaning: 'Feedback answers a query that was never asked in this run.',
    remedy: 'Answer a query that the server sent.',
  },
  'unknown-feedback': {
    meaning: 'A retraction names feedback that is not in the log.',
    remedy: 'Send the feedback first.',
  },
  'expired-query': {
    meaning: 'The query was given to somebody else, or has all its answers.',
    remedy: 'Answer a query that the server gave you.',
  },
  'control-taken': {
    meaning: 'Somebody else drives.',
    remedy: 'Wait until they let go.',
  },
  'let-go-first': {
    meaning: 'The client was silent with a control held, and drives no more (CTRL-17).',
    remedy: 'Let go of the controls, then take over again.',
  },
  'not-allowed': {
    meaning:
      'Somebody else drives (CTRL-20), the role does not allow it (ROLE-5), or `reins watch` keeps nothing.',
    remedy: 'Wait until they let go; ask a supervisor; serve with `--policy`.',
  },
  'consent-needed': {
    meaning: 'The study of this server has a text that the person has not agreed to.',
    remedy: 'Read it and agree (`agree`), then send it again; the page does.',
  },
  'storage-failed': {
    meaning: 'An answer or its steps could not be written.',
    remedy: 'Free disk space and send it again; the page does.',
  },
  internal: {
    meaning: 'The server failed on this message.',
    remedy: 'Send it again; the server’s log has the cause.',
  },
} as const satisfies Record<string, ErrorDescription>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
