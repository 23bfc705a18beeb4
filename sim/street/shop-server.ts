/**
 * The shops' own order systems, as Daozhang meets them: they take notifications and events with thanks, but not what they are deaf to. And
 * the street's door: a plain POST is a customer.
 */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export type ShopServer = Readonly<{
  url: string;
  /** The shop does not take in this payment, so many times. */
  turnDeaf(ref: string, times: number): void;
  close(): Promise<void>;
}>;

/** Answers a POST at the door: a status and what to say. */
export type Door = (path: string, asked: URLSearchParams) => Promise<readonly [status: number, says: unknown]>;

export async function openShops(door: Door): Promise<ShopServer> {
  const deaf = new Map<string, number>();
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', async () => {
      const url = new URL(request.url ?? '/', 'http://street');
      if (url.pathname === '/events') {
        const ref = repairOf(Buffer.concat(parts).toString('utf8'));
        const left = ref === undefined ? 0 : (deaf.get(ref) ?? 0);
        if (left > 0) deaf.set(ref!, left - 1);
        return response.writeHead(left > 0 ? 503 : 204).end();
      }
      if (url.pathname.startsWith('/notify/')) return response.writeHead(204).end();
      const [status, says] =
        request.method === 'POST' ? await door(url.pathname, url.searchParams) : ([405, { use: 'POST' }] as const);
      return response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(says)}\n`);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    turnDeaf: (ref, times) => void deaf.set(ref, times),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The payment that an event asks the shop to record. */
function repairOf(body: string): string | undefined {
  const event = JSON.parse(body) as { type?: string; data?: { payment?: { payment_ref?: string } } };
  return event.type === 'payment.unrecorded' ? event.data?.payment?.payment_ref : undefined;
}
