/** Between us and a database: a network that can stop carrying anything without closing a connection, as a stopped server does too. */
import { createServer, connect as dial, type Socket } from 'node:net';

export type Swallowing = Readonly<{
  /** The address to connect to instead of the one given. */
  url: string;
  /** `all`: new connections too; `old`: those that are there, while new ones pass; `none`: new ones pass, the old are lost for good. */
  swallow(what: 'all' | 'old' | 'none'): void;
  close(): void;
}>;

export async function startSwallowing(url: string): Promise<Swallowing> {
  const upstream = new URL(url);
  const port = Number(upstream.port);
  const open = new Set<Socket>();
  const lost = new WeakSet<Socket>();
  let all = false;
  const server = createServer((client) => {
    const database = dial(port, '127.0.0.1');
    const pass = (from: Socket, to: Socket): void => {
      open.add(from);
      if (all) lost.add(from);
      from.on('data', (bytes) => {
        if (!lost.has(from)) to.write(bytes);
      });
      from.on('error', () => {});
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    };
    pass(client, database);
    pass(database, client);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  upstream.port = String((server.address() as { port: number }).port);
  return {
    url: upstream.href,
    swallow(what) {
      all = what === 'all';
      if (what !== 'none') for (const socket of open) lost.add(socket);
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
