/**
 * Tells a database that went silent from one that is slow.
 *
 * A stopped server, a network that swallows bytes, a router that forgot a connection, an address that moved to another machine: none of them
 * closes a socket, and whoever waits would wait for the driver's last time-out (the system's own, TCP_USER_TIMEOUT, is not to be set in
 * Node). So while a statement runs long the server is asked, on a connection of its own, whether it works on it:
 *
 * - no answer: it is silent. All that wait fail now, what comes fails at once, and it is asked again until it answers;
 * - it answers, and twice does not work on that statement: its connection is dead, and is cut;
 * - it answers, a refusal too: slow, which is `statement_timeout`'s to judge.
 *
 * Cost: an entry in a set for each statement; a short connection every few seconds while one runs long.
 */
import type { Socket } from 'node:net';
import pg from 'pg';
import { clock } from '../base/clock.ts';
import { isFromServer } from './trouble.ts';

export type Watch = Readonly<{
  /** From now on its statements are watched. */
  over(client: pg.ClientBase): void;
  isSilent(): boolean;
  end(): void;
}>;

/** What the driver has and its types do not tell. */
type Inside = {
  readonly processID: number | null;
  readonly connection: Readonly<{ stream: Socket }>;
  query(...args: readonly unknown[]): unknown;
};
type Waiting = { readonly client: Inside; readonly since: number; missed: boolean };

/**
 * After `ms` it is asked for the first time, and may take twice as long to answer. `direct`: no pooler stands between us, which would hide the
 * server's numbers of its connections, and let our question wait behind statements that are but slow: it is only asked to let us in.
 */
export function watchOver(url: string, ms: number, direct: boolean): Watch {
  const all = new Set<Waiting>();
  let silent = false;
  let asking: pg.Client | undefined;
  let askedAt = Number.NEGATIVE_INFINITY;

  const look = async (): Promise<void> => {
    const now = clock.ticks();
    const long = [...all].filter((w) => now - w.since > ms);
    if (asking !== undefined || now - askedAt < ms / 2 || (long.length === 0 && !silent)) return;
    asking = new pg.Client({ connectionString: url, connectionTimeoutMillis: ms * 2, query_timeout: ms * 2 });
    const said = await ask(asking, direct ? long.map((w) => w.client.processID) : []);
    asking = undefined;
    askedAt = clock.ticks();
    silent = said === 'nothing';
    if (silent) for (const w of all) w.client.connection.stream.destroy();
    if (typeof said === 'string') return;
    for (const w of long.filter((old) => all.has(old))) {
      const isWorking = said.has(w.client.processID);
      // Once may be the moment between its last word and our reading it.
      if (w.missed && !isWorking) w.client.connection.stream.destroy();
      w.missed = !isWorking;
    }
  };
  const timer = setInterval(() => void look(), ms / 4);
  timer.unref();

  return {
    over(watched) {
      const client = watched as unknown as Inside;
      const query = client.query.bind(client);
      client.query = (...args) => {
        const answer = query(...args);
        if (!(answer instanceof Promise)) return answer;
        const waiting: Waiting = { client, since: clock.ticks(), missed: false };
        all.add(waiting);
        const done = (): void => void all.delete(waiting);
        answer.then(done, done);
        return answer;
      };
    },
    isSilent: () => silent,
    end() {
      clearInterval(timer);
      void asking?.end().catch(() => {});
    },
  };
}

/** Which of these connections the server works for now. */
async function ask(
  client: pg.Client,
  pids: ReadonlyArray<number | null>,
): Promise<ReadonlySet<number | null> | 'something' | 'nothing'> {
  client.on('error', () => {});
  try {
    await client.connect();
    if (pids.length === 0) return 'something';
    const { rows } = await client.query<{ pid: number }>(
      `select pid from pg_stat_activity where pid = any($1::int[]) and state = 'active'`,
      [pids],
    );
    return new Set(rows.map((r) => r.pid));
  } catch (error) {
    // Refused, by the server or by the machine: that is an answer, and a new connection would hear it too.
    return isFromServer(error) || (error as NodeJS.ErrnoException).code !== undefined ? 'something' : 'nothing';
  } finally {
    void client.end().catch(() => {});
  }
}
