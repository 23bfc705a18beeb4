/** Something between us and a channel: it sees each call, and a test may do something just before or after one has had its effect. */
import http from 'node:http';
import { listen } from '../../sim/channels/listen.ts';

export type Call = Readonly<{ method: string; path: string; body: string }>;
/** `drop`: nothing is answered. */
export type Hook = (call: Call, when: 'before' | 'after') => Promise<'drop' | undefined> | 'drop' | undefined;

export type Between = Readonly<{
  /** The address to call instead of this one. */
  to(url: string): string;
  calls: Call[];
  /** Only what this says of a call happens to it; undefined: everything passes. */
  on(hook: Hook | undefined): void;
  close(): Promise<void>;
}>;

export async function startBetween(): Promise<Between> {
  let target = '';
  let hook: Hook | undefined;
  const calls: Call[] = [];
  const agent = new http.Agent({ keepAlive: true });
  const listening = await listen(0, async (request, body, response) => {
    const call = { method: request.method ?? 'GET', path: request.url ?? '/', body };
    calls.push(call);
    if ((await hook?.(call, 'before')) === 'drop') return request.socket.destroy();
    const { host: _, ...headers } = request.headers;
    const onward = http.request(`${target}${call.path}`, { method: call.method, headers, agent }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part) => parts.push(part));
      answer.on('end', async () => {
        if ((await hook?.(call, 'after')) === 'drop') return request.socket.destroy();
        response.writeHead(answer.statusCode ?? 500, answer.headers).end(Buffer.concat(parts));
      });
    });
    onward.on('error', () => request.socket.destroy());
    onward.end(body);
  });
  return {
    to(url) {
      target = url;
      return listening.url;
    },
    calls,
    on(next) {
      hook = next;
    },
    async close() {
      agent.destroy();
      await listening.close();
    },
  };
}

export const isClose = (call: Call): boolean => call.method === 'POST' && /\/close$/.test(call.path);
export const isQuestion = (call: Call): boolean => call.method === 'GET' && /out-trade-no/.test(call.path);
