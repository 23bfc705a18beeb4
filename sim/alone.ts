/** A simulated channel by itself: prints what an integration needs, and lets a buyer pay by a plain POST. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { DaozhangError } from '../src/base/errors.ts';
import type { RunSim } from '../src/cli/sim.ts';
import { accountFor as adyenAccount, startAdyenSim } from './channels/adyen/server.ts';
import { accountFor as alipayAccount, startAlipaySim } from './channels/alipay/server.ts';
import { accountFor as lakalaAccount, OPEN, startLakalaSim } from './channels/lakala/server.ts';
import { accountFor as paypalAccount, startPayPalSim } from './channels/paypal/server.ts';
import { startStripeSim, accountFor as stripeAccount } from './channels/stripe/server.ts';
import { startUnionPaySim, accountFor as unionpayAccount } from './channels/unionpay/server.ts';
import { isOpen } from './channels/unionpay/truth.ts';
import { startWeChatPaySim } from './channels/wechatpay/server.ts';
import { runningClock, type SimClock } from './clock.ts';

/** What the buyer's door needs of a simulated channel. */
type Alone = Readonly<{
  describe: Readonly<Record<string, unknown>>;
  /** 202 paid, 404 no such order, 409 not to be paid any more. */
  buy(ref: string, lost: boolean): 202 | 404 | 409;
  close(): Promise<void>;
}>;
type Options = Readonly<{
  clock: SimClock;
  port: number;
  mode: 'certificate' | 'public_key';
  notifyUrl: () => string | undefined;
}>;

const CHANNELS: Readonly<Record<string, (options: Options) => Promise<Alone>>> = {
  async wechatpay(options) {
    const sim = await startWeChatPaySim(options);
    return {
      describe: sim.describe(),
      buy(ref, lost) {
        const trade = sim.trades.get(ref);
        if (trade === undefined) return 404;
        if (trade.successAt !== undefined || trade.revokedAt !== undefined) return 409;
        if (lost) sim.faultNotify('lost', 1, ref);
        void sim.pay(ref);
        return 202;
      },
      close: sim.close,
    };
  },
  async alipay(options) {
    const sim = await startAlipaySim(options);
    return {
      describe: asEntered(alipayAccount(sim)),
      buy(ref, lost) {
        const trade = sim.trades.get(ref);
        if (trade === undefined) return 404;
        if (trade.state !== 'WAIT_BUYER_PAY') return 409;
        if (lost) sim.faultNotify('lost', 1, ref);
        void sim.pay(ref);
        return 202;
      },
      close: sim.close,
    };
  },
  async lakala(options) {
    const sim = await startLakalaSim(options);
    return {
      describe: asEntered(lakalaAccount(sim)),
      buy(ref, lost) {
        const trade = sim.trades.get(ref);
        if (trade === undefined) return 404;
        if (!OPEN.has(trade.state)) return 409;
        if (lost) sim.faultNotify('lost', 1, ref);
        void sim.pay(ref);
        return 202;
      },
      close: sim.close,
    };
  },
  async unionpay(options) {
    const sim = await startUnionPaySim(options);
    return {
      describe: asEntered(unionpayAccount(sim)),
      buy(ref, lost) {
        const trade = sim.trades.get(ref);
        if (trade === undefined) return 404;
        if (!isOpen(trade)) return 409;
        if (lost) sim.faultNotify('lost', 1, ref);
        void sim.pay(ref);
        return 202;
      },
      close: sim.close,
    };
  },
  async stripe(options) {
    const sim = await startStripeSim(options);
    return {
      describe: asEntered(stripeAccount(sim)),
      buy(ref, lost) {
        const known = sim.has(ref) ? sim.intent(ref) : undefined;
        if (known === undefined) return 404;
        if (!known.status.startsWith('requires_') || known.status === 'requires_capture') return 409;
        // Each state is told by its own event.
        if (lost) sim.faultNotify('lost', 2, ref);
        void sim.pay(ref);
        return 202;
      },
      close: sim.close,
    };
  },
  async adyen(options) {
    const sim = await startAdyenSim(options);
    return {
      describe: asEntered(adyenAccount(sim)),
      buy(ref, lost) {
        const payment = sim.payments.get(ref);
        if (payment === undefined) return 404;
        if (payment.state !== 'pending') return 409;
        if (lost) sim.faultNotify('lost', 1, ref);
        void sim.pay(ref);
        return 202;
      },
      close: sim.close,
    };
  },
  async paypal(options) {
    const sim = await startPayPalSim(options);
    return {
      describe: asEntered(paypalAccount(sim)),
      buy(ref, lost) {
        const order = sim.orders.get(ref);
        if (order === undefined) return 404;
        if (order.status !== 'CREATED') return 409;
        // The merchant's own system captures, as it would alive.
        if (lost) sim.faultNotify('lost', 1, ref);
        void sim.approve(ref);
        return 202;
      },
      close: sim.close,
    };
  },
};

/** As it is entered: POST /v1/channels takes it with a name. */
const asEntered = (
  account: ReturnType<
    | typeof alipayAccount
    | typeof lakalaAccount
    | typeof unionpayAccount
    | typeof stripeAccount
    | typeof adyenAccount
    | typeof paypalAccount
  >,
): Alone['describe'] => ({
  provider: account.provider,
  merchant_no: account.merchantNo,
  base_url: account.baseUrl,
  settings: account.settings,
  credentials: account.credentials.map(({ kind, id, value }) => ({ kind, id, value })),
});

export const runSim: RunSim = async ({ channel, port, speed, mode, notifyUrl, lang, stop, print }) => {
  const start = CHANNELS[channel];
  if (start === undefined)
    throw new DaozhangError('channel.unknown', { channel, known: Object.keys(CHANNELS).join(', ') });
  const clock = runningClock(speed);
  const sim = await start({ clock, port, mode, notifyUrl: () => notifyUrl });
  const buyer = http.createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://buyer');
    const ref = url.searchParams.get('out_trade_no') ?? '';
    response.writeHead(sim.buy(ref, url.searchParams.get('lost') !== null)).end();
  });
  await new Promise<void>((done) => buyer.listen(0, '127.0.0.1', done));
  const pay = `http://127.0.0.1:${(buyer.address() as AddressInfo).port}/pay?out_trade_no=…`;
  print(JSON.stringify({ ...sim.describe, pay: `POST ${pay}` }, null, 1));
  print(
    lang === 'zh'
      ? '向 pay 地址 POST 即模拟顾客付款(加 &lost 则丢失通知)。按 Ctrl-C 结束。'
      : 'The buyer pays by POST to “pay” (add &lost to lose the notification). Ctrl-C ends it.',
  );
  await new Promise<void>((done) => {
    if (stop.aborted) done();
    else stop.addEventListener('abort', () => done(), { once: true });
  });
  buyer.closeAllConnections();
  buyer.close();
  await sim.close();
  clock.close();
};
