/** What a channel's harness needs around it: a merchant's ear, the guarded way out, an account. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimClock } from '../../sim/clock.ts';
import { openOutbound } from '../../src/base/outbound.ts';
import { newNonce } from '../../src/base/secret.ts';
import { type Account, type ChannelId, ChannelSilent, type Io, type RawMessage } from '../../src/channels/channel.ts';
import { type Reading, readAll } from '../support/reading.ts';

export type Ear = Readonly<{ url: string; caught: RawMessage[]; accept(yes: boolean): void; close(): void }>;

/** Hears what is sent, and answers what the channel takes for yes or for no. */
export async function startEar(yes: Readonly<{ status: number; body: string }>): Promise<Ear> {
  const caught: RawMessage[] = [];
  let accepts = true;
  const server = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      caught.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(parts) });
      response.writeHead(accepts ? yes.status : 500).end(accepts ? yes.body : 'fail');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    caught,
    accept(it) {
      accepts = it;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const outbound = openOutbound(['127.0.0.1/32']);
export const closeOutbound = (): unknown => outbound.close();

export const ioOf = (clock: SimClock): Io => ({
  now: clock.now,
  nonce: newNonce,
  http: (request) =>
    outbound.send({ ...request, mostBytes: 10_000_000 }).catch((error) => {
      throw new ChannelSilent(error.message);
    }),
});

/** As the book would open it. */
export const accountOf = (
  made: Readonly<{ provider: ChannelId; merchantNo: string; baseUrl: string; settings: Account['settings'] }>,
): Account => ({
  id: 'account',
  provider: made.provider,
  merchantNo: made.merchantNo,
  subMerchantNo: undefined,
  livemode: false,
  baseUrl: made.baseUrl,
  settings: made.settings,
});

/** A delivered file as the accountant's reader takes it, unpacked. */
export async function readFileOf(name: string, bytes: Uint8Array): Promise<readonly Reading[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bill-'));
  try {
    await writeFile(join(folder, name), bytes);
    return await readAll(join(folder, name));
  } finally {
    await rm(folder, { recursive: true });
  }
}
