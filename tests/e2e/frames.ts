/** What a page is sent of the live simulation. */
import type { Page } from 'playwright-core';
import { decodeFrame, type Frame, OP } from '../../server/protocol/index.ts';

/**
 * The newest frame of sockets that the page opens from now on; undefined: none came yet. `onFrame` hears of each, with its
 * size on the wire.
 */
export function followFrames(
  page: Page,
  onFrame?: (frame: Frame, bytes: number) => void,
): () => Frame | undefined {
  let newest: Frame | undefined;
  page.on('websocket', (socket) => {
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string' || payload[0] !== OP.frame) return;
      newest = decodeFrame(new Uint8Array(payload).buffer);
      onFrame?.(newest, payload.length);
    });
  });
  return () => newest;
}
