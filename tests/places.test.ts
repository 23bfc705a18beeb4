/** Where a payment was taken: four channels name the place in their answers, and it changes nothing of what they say about money. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AlipaySim, startAlipaySim } from '../sim/channels/alipay/server.ts';
import { tradeSays as alipayTells } from '../sim/channels/alipay/truth.ts';
import { startLakalaSim } from '../sim/channels/lakala/server.ts';
import { orderAnswers } from '../sim/channels/lakala/truth.ts';
import { startUnionPaySim } from '../sim/channels/unionpay/server.ts';
import { tells } from '../sim/channels/unionpay/truth.ts';
import { startWeChatPaySim } from '../sim/channels/wechatpay/server.ts';
import { tradeSays } from '../sim/channels/wechatpay/truth.ts';
import { runningClock, type SimClock } from '../sim/clock.ts';
import { querySays, tradeSaid } from '../src/channels/alipay/words.ts';
import { tradeSays as lakalaSays, orderSays, orderShape, tradeShape } from '../src/channels/lakala/words.ts';
import { answerShape, paymentSays } from '../src/channels/unionpay/words.ts';
import { transactionSays, transactionShape } from '../src/channels/wechatpay/words.ts';
import { factsHash } from '../src/observations/facts.ts';
import type { Observed } from '../src/observations/observation.ts';

let clock: SimClock;
before(() => {
  clock = runningClock(60);
});
after(() => clock.close());
const heard = () => ({ source: 'inquiry', key: undefined, at: clock.now() }) as const;
const nobody = { notifyUrl: () => undefined };

/** The same said with and without a place is the same about money. */
function sameMoney(said: Observed | undefined): void {
  const { place, ...rest } = said!;
  assert.notEqual(place, undefined);
  assert.equal(factsHash(rest), factsHash(said!));
}

test('WeChat Pay: the merchant’s number of the device; WEB is none', async () => {
  const sim = await startWeChatPaySim({ clock, ...nobody });
  const says = async (ref: string, more: { deviceId?: string }) => {
    const t = sim.place(ref, 2_500, more);
    await sim.pay(ref);
    return transactionSays(transactionShape.parse(tradeSays(t)), heard())[0];
  };
  const said = await says('P1', { deviceId: 'POS-0001' });
  assert.deepEqual(said?.place, { terminal: 'POS-0001' });
  sameMoney(said);
  assert.equal((await says('P2', { deviceId: 'WEB' }))?.place, undefined);
  assert.equal((await says('P3', {}))?.place, undefined);
  // Nobody knows what stands there one day: the payment is told all the same.
  const odd = { ...tradeSays(sim.place('P4', 100)), scene_info: { device_id: 7 } };
  assert.equal(transactionSays(transactionShape.parse(odd), heard())[0]?.place, undefined);
  await sim.close();
});

test('Alipay: store and terminal as the merchant sent them, in the answer to a question', async () => {
  const sim: AlipaySim = await startAlipaySim({ clock, ...nobody });
  const t = sim.place('P1', 2_500, { place: { storeId: 'S1', terminalId: 'T01' } });
  await sim.pay('P1');
  const told = (it: object) => {
    const { send_pay_date, ...trade } = querySays.parse(it);
    return tradeSaid({ ...trade, paidAt: send_pay_date, givenBack: undefined }, heard())[0];
  };
  const said = told(alipayTells(t));
  assert.deepEqual(said?.place, { store: 'S1', terminal: 'T01' });
  sameMoney(said);
  assert.equal(told({ ...alipayTells(t), store_id: '', terminal_id: '' })?.place, undefined);
  await sim.close();
});

test('Lakala: the terminal that took it, not the one it is settled on', async () => {
  const sim = await startLakalaSim({ clock, ...nobody });
  const t = sim.place('P1', 2_500, { product: 'cashier' });
  await sim.pay('P1');
  const answer = { ...orderAnswers(t, sim.who), term_no: 'SETTLING' };
  const said = orderSays(orderShape.parse(answer), heard())[0];
  assert.deepEqual(said?.place, { terminal: sim.who.termNo });
  sameMoney(said);
  const trade = { out_trade_no: 'P2', trade_no: '1', trade_state: 'SUCCESS', total_amount: '1', term_no: 'A1234567' };
  assert.deepEqual(lakalaSays(tradeShape.parse(trade), heard())[0]?.place, { terminal: 'A1234567' });
  await sim.close();
});

test('UnionPay: the terminal of the transaction', async () => {
  const sim = await startUnionPaySim({ clock, ...nobody });
  const t = sim.place('P0000001', 2_500, { termId: '00000042' });
  await sim.pay('P0000001');
  const said = paymentSays(answerShape.parse({ ...tells(t, '777'), origRespCode: '00' }), true, heard())[0];
  assert.deepEqual(said?.place, { terminal: '00000042' });
  sameMoney(said);
  await sim.close();
});
