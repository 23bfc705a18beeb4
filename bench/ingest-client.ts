/**
 * The channel's side of `ingest.ts`: HTTP/1.1 over kept connections, one request at a time on each, written on sockets because Node's own
 * client costs as much as the server that is measured.
 */
import { connect, type Socket } from 'node:net';
import type { Message } from './ingest-messages.ts';

/** Sends `count`; what comes back is each one's time to the answer, in milliseconds. Throws on any answer but 204. */
export async function send(
  ports: readonly number[],
  messages: Iterator<Message>,
  count: number,
  connections: number,
  told: (answered: number) => void,
): Promise<Float32Array> {
  const latencies = new Float32Array(count);
  let answered = 0;
  let sent = 0;
  const line = (socket: Socket): Promise<void> =>
    new Promise((done, fail) => {
      let since = 0;
      let heard = '';
      const next = (): void => {
        const it = sent < count ? messages.next() : undefined;
        if (it === undefined || it.done === true) {
          socket.end();
          done();
          return;
        }
        sent += 1;
        since = performance.now();
        socket.write(it.value.request);
      };
      socket.on('data', (bytes) => {
        heard += bytes.toString('latin1');
        if (!heard.includes('\r\n\r\n')) return;
        // 204 has no body: the head's end is the answer's.
        if (!heard.startsWith('HTTP/1.1 204 ') || !heard.endsWith('\r\n\r\n')) {
          socket.destroy();
          fail(new Error(`answered ${heard.slice(0, 300)}`));
          return;
        }
        heard = '';
        latencies[answered++] = performance.now() - since;
        told(answered);
        next();
      });
      socket.on('error', fail);
      socket.on('close', () => fail(new Error('the connection was closed')));
      next();
    });
  await Promise.all(
    Array.from({ length: connections }, async (_, i) => {
      const socket = connect({ host: '127.0.0.1', port: ports[i % ports.length]!, noDelay: true });
      await new Promise((done, fail) => socket.once('connect', () => done(undefined)).once('error', fail));
      await line(socket);
    }),
  );
  if (answered !== count) throw new Error(`${answered} of ${count} were answered`);
  return latencies;
}
