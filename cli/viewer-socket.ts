/** A socket to a server, of somebody who only looks on. */
import WebSocket from 'ws';
import { PROTOCOL_VERSION, SUBPROTOCOL, WEBSOCKET_PATH } from '../server/protocol/index.ts';

/** Open, and greeted; `binaryType` is `arraybuffer`. @param token of the server or of an account, if it asks for one */
export function openSocket(
  url: string,
  onBinary: (data: ArrayBuffer) => void,
  token?: string,
): Promise<WebSocket> {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const address = `${url.replace('http', 'ws')}${WEBSOCKET_PATH}`;
  const socket = new WebSocket(address, SUBPROTOCOL, { headers });
  socket.binaryType = 'arraybuffer';
  socket.on('message', (data: ArrayBuffer | Buffer, binary: boolean) => {
    if (binary && data instanceof ArrayBuffer) onBinary(data);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      const hello = { type: 'hello', protocol: PROTOCOL_VERSION, teacherId: 'bench' };
      socket.send(JSON.stringify(hello));
      resolve(socket);
    });
  });
}
