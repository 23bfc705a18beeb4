/** The simulated WeChat Pay by itself: prints what an integration needs, and lets a buyer pay by a plain POST to /sim/pay. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RunSim } from '../src/cli/sim.ts';
import { startWeChatPaySim } from './channels/wechatpay/server.ts';
import { runningClock } from './clock.ts';

export const runSim: RunSim = async ({ port, speed, mode, notifyUrl, lang, stop, print }) => {
  const clock = runningClock(speed);
  const sim = await startWeChatPaySim({ clock, port, mode, notifyUrl: () => notifyUrl });
  const buyer = http.createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://buyer');
    const ref = url.searchParams.get('out_trade_no') ?? '';
    const trade = sim.trades.get(ref);
    const isPayable = trade !== undefined && trade.successAt === undefined && trade.revokedAt === undefined;
    if (isPayable && url.searchParams.get('lost') !== null) sim.faultNotify('lost', 1, ref);
    if (isPayable) void sim.pay(ref);
    response.writeHead(isPayable ? 202 : trade === undefined ? 404 : 409).end();
  });
  await new Promise<void>((done) => buyer.listen(0, '127.0.0.1', done));
  const pay = `http://127.0.0.1:${(buyer.address() as AddressInfo).port}/pay?out_trade_no=…`;
  const say = (en: string, zh: string): string => (lang === 'zh' ? zh : en);
  print(
    JSON.stringify(
      {
        ...sim.describe(),
        pay: `POST ${pay}`,
      },
      null,
      1,
    ),
  );
  print(
    say(
      'The buyer pays by POST to “pay” (add &lost to lose the notification). Ctrl-C ends it.',
      '向 pay 地址 POST 即模拟顾客付款(加 &lost 则丢失通知)。按 Ctrl-C 结束。',
    ),
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
