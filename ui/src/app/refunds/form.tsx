/**
 * Asking that money be given back: how much, why, what it takes; then one sentence that says it all, and only then is it asked for. Amounts are
 * decimal text throughout. The same dialog asks once, however often it is pressed.
 */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Payment } from '../../base/api.ts';
import { newKey } from '../../base/ids.ts';
import { comma, useWords } from '../../base/lang.ts';
import { type MoneyOut, moneyText } from '../../base/parts.tsx';
import { isBelow, isNothing, less, sumOf } from '../amounts.ts';
import { Field, Note, Say } from '../form.tsx';
import { Prompt } from '../prompt.tsx';
import { type Left, type NewRefund, type Refund, refunds } from './api.ts';
import type { RefundsKey } from './words.ts';

export const REASONS = [
  'customer_request',
  'duplicate',
  'overpaid',
  'paid_after_close',
  'not_delivered',
  'fraud',
  'other',
] as const satisfies readonly NewRefund['reason'][];
const NOTHING: ReadonlySet<Refund['state']> = new Set(['refused', 'rejected', 'cancelled']);

/** How many other people have to agree, as the policy has it: what was asked for of this payment before counts too. */
export function othersFor(left: Left, amount: MoneyOut): 0 | 1 | 2 {
  const { items, alone_up_to: alone, two_above: two } = left;
  const whole = sumOf([amount, ...items.filter((r) => !NOTHING.has(r.state)).map((r) => r.amount)], amount.currency);
  if (two !== undefined && isBelow(less(two, whole))) return 2;
  return alone !== undefined && !isBelow(less(alone, amount)) ? 0 : 1;
}

type Props = Readonly<{
  payment: Payment;
  left: Left & Readonly<{ refundable: MoneyOut }>;
  done: (refund: Refund) => void;
  close: () => void;
}>;

export default function RefundForm({ payment, left, done, close }: Props): ReactElement {
  const { t, lang } = useWords<RefundsKey>();
  const client = useQueryClient();
  const { refundable } = left;
  const { currency } = refundable;
  const [text, setText] = useState(() => surplusOf(payment) ?? refundable.amount);
  const [reason, setReason] = useState<NewRefund['reason'] | ''>(() => reasonFor(payment));
  const [note, setNote] = useState('');
  const [isSure, setSure] = useState(false);
  const [key] = useState(newKey);
  const amount: MoneyOut = { amount: text.trim(), currency };
  const wrong = wrongWith(amount, refundable);
  const others = wrong === undefined ? othersFor(left, amount) : undefined;
  const canBeAgreed = others === undefined || left.others.length >= others;
  const isReady = wrong === undefined && canBeAgreed && reason !== '' && (reason !== 'other' || note.trim() !== '');
  const make = useMutation({
    mutationFn: () =>
      refunds.make(
        payment.id,
        { amount, reason: reason as NewRefund['reason'], ...(note.trim() === '' ? {} : { note: note.trim() }) },
        key,
      ),
    onSuccess(refund) {
      done(refund);
      close();
    },
    // Somebody else may have been faster: what is left is read again.
    onError: () => client.invalidateQueries({ queryKey: ['refunds', 'of', payment.id] }),
  });
  const money = moneyText(amount);
  if (isSure)
    return (
      <Prompt
        title={t('refunds.sure', { money })}
        close={close}
        error={make.error}
        does={{ says: t('refunds.do', { money }), run: () => make.mutate(), isBusy: make.isPending, isDangerous: true }}
      >
        <p className="refund-sentence">
          {t('refunds.sentence', {
            money,
            order: payment.order_ref ?? payment.payment_ref,
            reason: reason === '' ? '' : t(`refundReason.${reason}`),
          })}
        </p>
        {note.trim() === '' ? null : <q className="refund-note">{note.trim()}</q>}
        <p>
          {amount.amount === refundable.amount
            ? t('refunds.leavesNothing')
            : t('refunds.leaves', { left: moneyText(less(refundable, amount)) })}
        </p>
        <Takes others={others ?? 1} left={left} />
        <p>
          <Button type="link" size="small" onClick={() => setSure(false)} disabled={make.isPending}>
            ← {t('refunds.change')}
          </Button>
        </p>
      </Prompt>
    );
  return (
    <Prompt
      title={t('refunds.title')}
      close={close}
      does={{ says: t('refunds.next'), run: () => setSure(true), isBusy: false, isReady }}
    >
      <Field
        label={t('refunds.amount', { currency })}
        hint={t('refunds.most', { money: moneyText(refundable) })}
        wrong={text.trim() === '' || wrong === undefined ? undefined : t(wrong, { money: moneyText(refundable) })}
      >
        {(control) => (
          <span className="refund-amount">
            <input
              {...control}
              className="input"
              inputMode="decimal"
              autoComplete="off"
              value={text}
              maxLength={20}
              onChange={(event) => setText(event.target.value)}
            />
            <Button onClick={() => setText(refundable.amount)} disabled={text.trim() === refundable.amount}>
              {t('refunds.all')}
            </Button>
          </span>
        )}
      </Field>
      <Field label={t('refunds.reason')}>
        {(control) => (
          <select
            {...control}
            className="input"
            value={reason}
            onChange={(event) => setReason(REASONS.find((r) => r === event.target.value) ?? '')}
          >
            <option value="">{t('refunds.choose')}</option>
            {REASONS.map((code) => (
              <option key={code} value={code}>
                {t(`refundReason.${code}`)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Note label={t(reason === 'other' ? 'refunds.note' : 'refunds.noteMay')} note={note} set={setNote} />
      {others === undefined ? null : canBeAgreed ? (
        <Takes others={others} left={left} />
      ) : (
        <Say tone="late">
          {t('refunds.nobody', { n: others })}
          <small>
            {left.alone_up_to === undefined || isNothing(left.alone_up_to)
              ? ''
              : t('refunds.upTo', { money: moneyText(left.alone_up_to) })}
            {left.others.length === 0 ? '' : ` ${left.others.map((o) => o.name).join(comma(lang))}`}
          </small>
        </Say>
      )}
    </Prompt>
  );
}

function Takes({ others, left }: Readonly<{ others: 0 | 1 | 2; left: Left }>): ReactElement {
  const { t, lang } = useWords<RefundsKey>();
  return (
    <Say tone={others === 0 ? 'moving' : 'late'}>
      {t(`takes.${others}`)}
      {others === 0 ? null : (
        <small>{t('refunds.who', { names: left.others.map((o) => o.name).join(comma(lang)) })}</small>
      )}
    </Say>
  );
}

function wrongWith(amount: MoneyOut, most: MoneyOut): RefundsKey | undefined {
  const parts = most.amount.split('.')[1]?.length ?? 0;
  const [, , part = ''] = /^(0|[1-9]\d{0,13})(?:\.(\d{1,4}))?$/.exec(amount.amount) ?? [];
  if (!/^(0|[1-9]\d{0,13})(\.\d{1,4})?$/.test(amount.amount) || part.length > parts) return 'refunds.notAmount';
  if (isNothing(amount)) return 'refunds.notNothing';
  return isBelow(less(most, amount)) ? 'refunds.tooMuch' : undefined;
}

/** What was paid too much, where that is what is wrong. */
function surplusOf({ verdict, captured, ordered }: Payment): string | undefined {
  if (verdict?.code !== 'overpaid' || captured === undefined || ordered === undefined) return undefined;
  const surplus = less(captured, ordered);
  return captured.currency === ordered.currency && !isBelow(surplus) && !isNothing(surplus)
    ? surplus.amount
    : undefined;
}
function reasonFor({ verdict }: Payment): NewRefund['reason'] | '' {
  const code = verdict?.code;
  return code === 'overpaid' || code === 'duplicate' || code === 'paid_after_close' ? code : '';
}
