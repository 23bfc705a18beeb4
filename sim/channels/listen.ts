/** A simulated channel's HTTP server on this machine: a whole request in, an answer out. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type Listening = Readonly<{ url: string; close(): Promise<void> }>;

export async function listen(
  port: number,
  handle: (request: http.IncomingMessage, body: string, response: http.ServerResponse) => unknown,
): Promise<Listening> {
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => handle(request, Buffer.concat(parts).toString('utf8'), response));
  });
  await new Promise<void>((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
