/** What the run tells of people, who are pseudonyms there, with what they are called. */
import type { ServerMessage } from '../protocol/index.ts';

export function named(
  message: ServerMessage,
  nameOf: (teacherId: string) => string,
): ServerMessage {
  switch (message.type) {
    case 'status': {
      const { holder, haltedBy, recorder } = message;
      return {
        ...message,
        ...(holder ? { holderName: nameOf(holder) } : {}),
        ...(haltedBy ? { haltedByName: nameOf(haltedBy) } : {}),
        ...(recorder ? { recorderName: nameOf(recorder) } : {}),
      };
    }
    case 'override':
      return { ...message, name: nameOf(message.teacherId) };
    default:
      return message;
  }
}
