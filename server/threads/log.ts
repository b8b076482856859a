import pino from 'pino';

export type Log = pino.Logger;

/** Logs go to stderr: stdout belongs to the command's answer. */
export function createLog(level: string): Log {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
