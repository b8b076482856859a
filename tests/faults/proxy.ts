/** A line that is slow, is cut, or stalls: TCP between clients and a server. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Line {
  readonly url: string;
  /** ms that each piece is late, in order; drawn anew for each. */
  delay: () => number;
  /** Nothing passes, in neither direction, and nothing is lost. */
  isStalled: boolean;
  isClosed: boolean;
  /** Every connection ends by a reset. */
  cut(): void;
  close(): void;
}

export async function openProxy(target: string): Promise<Line> {
  const to = Number(new URL(target).port);
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    pipe(near, far, proxy);
    pipe(far, near, proxy);
  });
  const proxy: Line = {
    url: '',
    delay: () => 0,
    isStalled: false,
    isClosed: false,
    cut() {
      for (const socket of open) socket.resetAndDestroy();
    },
    close() {
      proxy.isClosed = true;
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(proxy, { url: `http://127.0.0.1:${port}` });
}

function pipe(from: Socket, to: Socket, proxy: Line): void {
  const late: { readonly due: number; readonly bytes: Buffer }[] = [];
  let due = 0;
  from.on('data', (bytes) => {
    due = Math.max(due, performance.now() + proxy.delay());
    late.push({ due, bytes });
  });
  const timer = setInterval(() => {
    while (!proxy.isStalled && late.length > 0 && late[0]!.due <= performance.now())
      to.write(late.shift()!.bytes);
  }, 5);
  from.on('close', () => clearInterval(timer));
}
