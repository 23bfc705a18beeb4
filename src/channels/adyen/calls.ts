/**
 * The calls to Adyen's Checkout API and to its reports, and what their answers mean.
 *
 * There is no question to ask: Adyen tells of a classic payment by webhook and by report, and has no call that returns its state. What is
 * asked to be done is accepted, not done: `received` is the only word of success, the webhook and the report tell what came of it.
 *
 * I7: answers are not signed, TLS vouches for them; one about another payment, merchant or amount says nothing. A refusal is Adyen's own
 * JSON with its error code; a page of something on the way is no answer, and neither is an error that Adyen calls transient.
 */
import { z } from 'zod';
import { sha256 } from '../../base/ids.ts';
import { money } from '../../base/money.ts';
import { type Call, jsonOf, mustBe, type NoAnswer, refused, said, sent, unknown } from '../call.ts';
import type { Answer, Ask, BillAnswer, BillAsk, Channel, HttpAnswer } from '../channel.ts';
import { wireValue } from './words.ts';

const TIMEOUT_MS = 30_000;
const BILL_TIMEOUT_MS = 300_000;
const MOST_BILL = 1_073_741_824;

type RefundAsk = Parameters<Channel['refund']>[0];

/** Adyen's numbers, which stand in a path. */
const PSP = /^[A-Za-z0-9]{8,32}$/;

const acceptedShape = z.object({
  merchantAccount: z.string(),
  reference: z.string().optional(),
  status: z.literal('received'),
  pspReference: z.string().regex(PSP),
});
const reverseShape = acceptedShape.extend({
  paymentPspReference: z.string().optional(),
  paymentReference: z.string().optional(),
});
const refundShape = acceptedShape.extend({
  paymentPspReference: z.string(),
  amount: z.object({ value: z.number().int(), currency: z.string() }),
});
const errorShape = z.object({
  status: z.number().int(),
  errorCode: z.string().default(''),
  message: z.string().default(''),
});

/** Accepted, not done. The refund is known by Adyen's number of it from here on: webhooks and reports name it so. */
export async function refund(ask: RefundAsk, on: Call): Promise<Answer> {
  const trade = ask.channelTrade ?? '';
  if (!PSP.test(trade))
    return refused('NO_PSP_REFERENCE', "Adyen gives back by its own number of the payment, which isn't known yet");
  const value = ask.refundMinor > 0n ? wireValue(ask.refundMinor, ask.currency) : undefined;
  if (value === undefined) return refused('BAD_AMOUNT', 'no amount that Adyen takes');
  const wanted = {
    merchantAccount: on.account.merchantNo,
    amount: { value, currency: ask.currency },
    reference: ask.refundRef,
  };
  const heard = await post(on, `/payments/${trade}/refunds`, wanted, `refund ${trade} ${ask.refundRef}`);
  if ('outcome' in heard) return heard;
  return said(heard, () => {
    const r = refundShape.parse(jsonOf(heard.body));
    mustBe(r.merchantAccount, on.account.merchantNo);
    mustBe(r.paymentPspReference, trade);
    mustBe(r.reference, ask.refundRef);
    mustBe(`${r.amount.value} ${r.amount.currency}`, `${value} ${ask.currency}`);
    return [
      {
        source: 'inquiry',
        key: `refund:${r.pspReference}:received`,
        kind: 'refund',
        occurredAt: on.io.now(),
        paymentRef: ask.paymentRef,
        refs: [
          { kind: 'channel_trade', value: trade },
          { kind: 'refund', value: ask.refundRef },
          { kind: 'channel_refund', value: r.pspReference },
        ],
        amount: money(ask.refundMinor, ask.currency),
        refund: { ref: r.pspReference, state: 'processing' },
        said: r.status,
      },
    ];
  });
}

/** Cancels or gives back, whichever is due; by the merchant's reference only what is not captured. The webhook tells what came of it. */
export async function reverse(ask: Ask, on: Call): Promise<Answer> {
  const { paymentRef: reference, channelTrade = '' } = ask;
  const { merchantNo: merchantAccount } = on.account;
  const trade = PSP.test(channelTrade) ? channelTrade : undefined;
  const [path, wanted] =
    trade !== undefined
      ? [`/payments/${trade}/reversals`, { merchantAccount, reference }]
      : ['/cancels', { merchantAccount, reference, paymentReference: reference }];
  const heard = await post(on, path, wanted, `reverse ${trade ?? ''} ${reference}`);
  if ('outcome' in heard) return heard;
  return said(heard, () => {
    const r = reverseShape.parse(jsonOf(heard.body));
    mustBe(r.merchantAccount, merchantAccount);
    if (trade !== undefined) mustBe(r.paymentPspReference, trade);
    else mustBe(r.paymentReference, reference);
    return [];
  });
}

/** Changes nothing: which methods the merchant account offers. Tells whether key and account fit. */
export async function methods(on: Call): Promise<Answer> {
  const heard = await post(on, '/paymentMethods', { merchantAccount: on.account.merchantNo }, undefined);
  if ('outcome' in heard) return heard;
  return said(heard, () => {
    z.object({ paymentMethods: z.array(z.unknown()) }).parse(jsonOf(heard.body));
    return [];
  });
}

/** `what` names the deed: asked again it is done once. Adyen keeps a key for at least seven days. */
async function post(on: Call, path: string, body: object, what: string | undefined): Promise<HttpAnswer | NoAnswer> {
  const apiKey = on.keys.find((k) => k.kind === 'api_key');
  if (apiKey === undefined) return refused('NO_API_KEY', 'the account has no API key');
  const answer = await sent(on, {
    method: 'POST',
    url: `${on.account.baseUrl}${path}`,
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': 'daozhang',
      'x-api-key': apiKey.value.trim(),
      ...(what === undefined ? {} : { 'idempotency-key': sha256(`${on.account.merchantNo} ${what}`) }),
    },
    body: JSON.stringify(body),
    timeoutMs: TIMEOUT_MS,
  });
  if ('outcome' in answer || answer.status === 200 || answer.status === 201) return answer;
  return notDone(answer);
}

/** Adyen's word for the same request under way. */
const UNDER_WAY = '704';

function notDone(answer: HttpAnswer): NoAnswer {
  if (answer.status === 429) return limited(answer);
  const error = errorShape.safeParse(jsonOf(answer.body)).data;
  const isPassing = answer.headers['transient-error'] === 'true' || error?.errorCode === UNDER_WAY;
  if (error === undefined || isPassing || answer.status < 400 || answer.status >= 500)
    return unknown(`answered ${answer.status} ${error?.errorCode ?? ''}`.trim());
  return refused(error.errorCode === '' ? String(answer.status) : error.errorCode, error.message.slice(0, 300));
}

function limited(answer: HttpAnswer): NoAnswer {
  const seconds = /^\d{1,5}$/.exec(answer.headers['retry-after'] ?? '')?.[0];
  return { outcome: 'limited', retryAfterMs: seconds === undefined ? undefined : Number(seconds) * 1_000 };
}

// ------------------------------------------------------------------------------------------- reports

export const ACCOUNTING = 'accounting';

const reportsUrl = ({ account }: Call): string =>
  (account.settings.reports_url ?? `https://ca-${account.livemode ? 'live' : 'test'}.adyen.com`).replace(/\/$/, '');

/**
 * The payment accounting report of a day, by its name: it lies there whether or not a REPORT_AVAILABLE came. A day that is not there may
 * be one whose report was never switched on, so it is `not_ready` and raises an alarm, never `empty`.
 */
export async function bill(ask: BillAsk, on: Call): Promise<BillAnswer> {
  if (ask.kind !== ACCOUNTING) return refused('NO_SUCH_BILL', ask.kind);
  const access = reportAccess(on);
  if (access === undefined) return refused('NO_REPORT_KEY', 'the account has no credential for reports');
  const name = `payments_accounting_report_${ask.on.toString().replaceAll('-', '_')}.csv`;
  const file = await sent(on, {
    method: 'GET',
    url: `${reportsUrl(on)}/reports/download/MerchantAccount/${encodeURIComponent(on.account.merchantNo)}/${name}`,
    headers: { accept: 'text/csv', 'user-agent': 'daozhang', ...access },
    body: undefined,
    timeoutMs: BILL_TIMEOUT_MS,
    mostBytes: MOST_BILL,
  });
  if ('outcome' in file) return file;
  if (file.status === 404) return { outcome: 'not_ready' };
  if (file.status === 429) return limited(file);
  if (file.status === 401 || file.status === 403)
    return refused(String(file.status), 'the credential may not download this report');
  if (file.status !== 200) return unknown(`the report's download answered ${file.status}`);
  // Whoever is not let in may be shown a page to log in, with 200.
  const head = Buffer.from(file.body.subarray(0, 2_000)).toString('utf8');
  if (!head.includes('Psp Reference')) return unknown('what came is no report');
  return { outcome: 'fetched', name, bytes: file.body, hash: undefined };
}

function reportAccess({ keys }: Call): Readonly<Record<string, string>> | undefined {
  const of = (kind: string): string | undefined => keys.find((k) => k.kind === kind)?.value;
  const login = of('report_login');
  if (login !== undefined) return { authorization: `Basic ${Buffer.from(login, 'utf8').toString('base64')}` };
  const key = of('report_key') ?? of('api_key');
  return key === undefined ? undefined : { 'x-api-key': key };
}
