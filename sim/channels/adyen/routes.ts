/** What each path of the simulated Checkout API does to the truth, and says. What is asked is accepted; what came of it is told later. */
import { type Amount, type Payment, refundedValue } from './truth.ts';
import { invalid, newPsp, notThere, type Reply, wrongAccount } from './wire.ts';

type Asked = Readonly<{
  merchantAccount?: unknown;
  reference?: unknown;
  paymentReference?: unknown;
  amount?: unknown;
  paymentMethod?: Readonly<{ type?: unknown; holderName?: unknown }>;
}>;

export type Change = Readonly<{ psp: string; reference: string }>;
export type Market = Readonly<{
  merchantAccount: string;
  payments(): Iterable<Payment>;
  /** The shopper sends it: authorised, refused, or still to be confirmed at the bank. */
  begin(ref: string, amount: Amount, method: string, outcome: 'authorised' | 'refused' | 'redirect'): Payment;
  capture(p: Payment, amount: Amount, change: Change): void;
  cancel(p: Payment, change: Change, eventCode: string): void;
  refund(p: Payment, amount: Amount, change: Change, eventCode: string): void;
}>;

/** Undefined where it is none. */
function amountOf(it: unknown): Amount | undefined {
  const { value, currency } = (it ?? {}) as Partial<Amount>;
  return Number.isSafeInteger(value) && value! > 0 && /^[A-Z]{3}$/.test(String(currency))
    ? { value: value!, currency: String(currency) }
    : undefined;
}
const textOf = (it: unknown): string => (typeof it === 'string' ? it.slice(0, 80) : '');

const ok = (body: object): Reply => ({ status: 200, body });
const accepted = (body: object): Reply => ({ status: 201, body });

export function routed(on: Market, path: string, it: Asked): Reply | undefined {
  if (it.merchantAccount !== on.merchantAccount) return wrongAccount();
  const change: Change = { psp: newPsp(), reference: textOf(it.reference) };
  const received = (more: object): Reply =>
    accepted({
      merchantAccount: on.merchantAccount,
      ...more,
      ...(change.reference === '' ? {} : { reference: change.reference }),
      pspReference: change.psp,
      status: 'received',
    });
  if (path === '/paymentMethods') return ok({ paymentMethods: [{ name: 'Cards', type: 'scheme' }] });
  if (path === '/payments') return begin(on, it);
  if (path === '/cancels') {
    const p = [...on.payments()].find((x) => x.ref === it.paymentReference);
    if (p === undefined) return notThere();
    on.cancel(p, change, 'TECHNICAL_CANCEL');
    return received({ paymentReference: p.ref });
  }
  const [, psp, verb] = /^\/payments\/([^/]+)\/(captures|cancels|refunds|reversals)$/.exec(path) ?? [];
  if (psp === undefined) return undefined;
  const p = [...on.payments()].find((x) => x.psp === psp);
  if (p === undefined) return notThere();
  const about = { paymentPspReference: p.psp };
  if (verb === 'cancels') {
    on.cancel(p, change, 'CANCELLATION');
    return received(about);
  }
  if (verb === 'reversals') {
    if (p.state === 'captured') on.refund(p, p.amount, change, 'CANCEL_OR_REFUND');
    else on.cancel(p, change, 'CANCEL_OR_REFUND');
    return received(about);
  }
  const amount = amountOf(it.amount);
  if (amount === undefined || amount.currency !== p.amount.currency) return invalid('137', 'Invalid amount specified');
  if (verb === 'captures') {
    if (amount.value > p.amount.value) return invalid('132', 'Insufficient balance on payment');
    on.capture(p, amount, change);
  } else {
    if (refundedValue(p) + amount.value > p.amount.value) return invalid('131', 'Refund amount exceeds the payment');
    on.refund(p, amount, change, 'REFUND');
  }
  return received({ ...about, amount });
}

/** As Adyen's test cards do: the holder's name DECLINED refuses. */
function begin(on: Market, it: Asked): Reply {
  const amount = amountOf(it.amount);
  const ref = textOf(it.reference);
  if (amount === undefined) return invalid('100', 'No amount specified');
  if (ref === '') return invalid('130', 'Required field reference is not provided');
  const method = textOf(it.paymentMethod?.type);
  const outcome =
    method === 'ideal' ? 'redirect' : it.paymentMethod?.holderName === 'DECLINED' ? 'refused' : 'authorised';
  const p = on.begin(ref, amount, method === 'scheme' ? 'visa' : method, outcome);
  if (outcome === 'redirect')
    return ok({
      resultCode: 'RedirectShopper',
      action: { type: 'redirect', method: 'GET', paymentMethodType: method, url: `https://bank.example/${p.psp}` },
    });
  return ok({
    pspReference: p.psp,
    resultCode: outcome === 'refused' ? 'Refused' : 'Authorised',
    merchantReference: ref,
    amount,
  });
}
