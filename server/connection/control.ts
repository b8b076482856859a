import type { LiveHandle } from '../contract.ts';
import type { ControlMessage } from '../protocol/index.ts';

type LiveCommand = Parameters<LiveHandle['send']>[0];

/** What a page asks of the live simulation; an emergency stop, a recording and another oversight are more than commands. */
export function liveCommandOf(
  message: Exclude<ControlMessage, { action: 'estop' | 'record' | 'oversight' }>,
  viewer: string,
  teacherId: string,
): LiveCommand {
  switch (message.action) {
    case 'play':
    case 'pause':
    case 'step':
    case 'end-recording':
      return { type: message.action };
    case 'reset':
      return { type: 'reset', ...(message.seed === undefined ? {} : { seed: message.seed }) };
    case 'speed':
      return { type: 'speed', factor: message.factor };
    case 'rewind':
      return { type: 'rewind', seconds: message.seconds };
    case 'release-to':
      return { type: 'release-to', target: message.target };
    case 'share':
      return { type: 'share', share: message.share };
    case 'fade':
      return { type: 'fade', seconds: message.seconds };
    case 'answer':
      return { type: 'answer', ask: message.ask, isYes: message.isYes, teacherId };
    case 'overlays':
      return { type: 'overlays', viewer, on: message.on };
  }
}
