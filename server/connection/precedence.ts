/**
 * Who may do what at the wheel: stopping, pausing and letting go have their own way past every limit, and onlookers
 * may do no more than that while somebody else drives.
 */
import { type ControlMessage, decodeInput, isRelease, OP, opcode } from '../protocol/index.ts';

/** A longer message is no stop, whatever it says: past the limits nothing large is parsed. */
const MOST_CHARACTERS = 256;
/** Bytes of an input with 64 axes. */
const MOST_BYTES = 28 + 4 * 64;

/** Whether a message that the rate limit refuses is to be parsed all the same: it looks like a stop or a pause. */
export function looksUrgent(text: string): boolean {
  return text.length <= MOST_CHARACTERS && /"(estop|pause)"/.test(text);
}

/** Whether it is one. */
export function isUrgent(message: { readonly type: string; readonly action?: string }): boolean {
  return message.type === 'control' && (message.action === 'estop' || message.action === 'pause');
}

/** Whether an input that the rate limit refuses lets go. */
export function letsGo(bytes: ArrayBuffer): boolean {
  if (bytes.byteLength > MOST_BYTES || opcode(bytes) !== OP.input) return false;
  try {
    return isRelease(decodeInput(bytes));
  } catch {
    return false;
  }
}

/** Why an onlooker may not do this while `driver` drives, in words; undefined where they may. */
export function refusedToOnlookers(
  action: ControlMessage['action'],
  driver: string,
): string | undefined {
  switch (action) {
    case 'estop':
    case 'pause':
    case 'play':
    case 'answer':
    case 'overlays':
      return undefined;
    case 'step':
    case 'reset':
    case 'speed':
    case 'rewind':
    case 'record':
    case 'end-recording':
    case 'release-to':
    case 'share':
    case 'fade':
    case 'oversight':
      return `control.action: ${driver} is driving; until they let go others may stop and pause, not ${WORDS[action]}`;
  }
}

const WORDS = {
  step: 'step',
  reset: 'begin a new episode',
  speed: 'change the speed',
  rewind: 'rewind',
  record: 'begin a recording',
  'end-recording': 'end a recording',
  'release-to': 'choose what happens when they let go',
  oversight: 'change who oversees it',
  share: 'choose their share',
  fade: 'choose how long control fades back',
} as const;
