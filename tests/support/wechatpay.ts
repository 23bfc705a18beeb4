/** Our WeChat Pay adapter facing the simulated one, on a clock that is stepped by hand. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  accountFor,
  type SimOptions,
  startWeChatPaySim,
  type WeChatPaySim,
} from '../../sim/channels/wechatpay/server.ts';
import { type SteppedClock, steppedClock } from '../../sim/clock.ts';
import { openOutbound } from '../../src/base/outbound.ts';
import { newNonce } from '../../src/base/secret.ts';
import {
  type Account,
  ChannelSilent,
  type Credential,
  type HttpRequest,
  type Io,
  type RawMessage,
} from '../../src/channels/channel.ts';

export type Facing = Readonly<{
  sim: WeChatPaySim;
  clock: SteppedClock;
  account: Account;
  /** The account as a shop of a service provider. */
  shop: Account;
  keys: readonly Credential[];
  io: Io;
  /** What went out. */
  sent: HttpRequest[];
  /** What the merchant's address heard, with the time; it answers with `answers.status`. */
  heard: Array<RawMessage & Readonly<{ at: Temporal.Instant }>>;
  answers: { status: number };
  close(): Promise<void>;
}>;

export async function facing(options: Omit<SimOptions, 'clock' | 'notifyUrl'> = {}): Promise<Facing> {
  const clock = steppedClock(Temporal.Instant.from('2026-11-20T02:00:00Z'));
  const heard: Array<RawMessage & { at: Temporal.Instant }> = [];
  const answers = { status: 204 };
  const ear = http.createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      heard.push({ at: clock.now(), headers: request.headers as Record<string, string>, body: Buffer.concat(parts) });
      response.writeHead(answers.status).end();
    });
  });
  await new Promise<void>((done) => ear.listen(0, '127.0.0.1', done));
  const notifyUrl = `http://127.0.0.1:${(ear.address() as AddressInfo).port}/`;
  const sim = await startWeChatPaySim({ ...options, clock, notifyUrl: () => notifyUrl });
  const made = accountFor(sim);
  const account: Account = {
    id: 'account',
    provider: 'wechatpay',
    merchantNo: made.merchantNo,
    subMerchantNo: undefined,
    livemode: false,
    baseUrl: made.baseUrl,
    settings: made.settings,
  };
  const outbound = openOutbound(['127.0.0.1/32']);
  const sent: HttpRequest[] = [];
  return {
    sim,
    clock,
    account,
    shop: { ...account, subMerchantNo: '1900000109' },
    keys: made.credentials,
    sent,
    heard,
    answers,
    io: {
      now: clock.now,
      nonce: newNonce,
      http(request) {
        sent.push(request);
        return outbound.send({ mostBytes: 10_000_000, ...request }).catch((error) => {
          throw new ChannelSilent(error.message);
        });
      },
    },
    async close() {
      await sim.close();
      outbound.close();
      ear.close();
      ear.closeAllConnections();
    },
  };
}
