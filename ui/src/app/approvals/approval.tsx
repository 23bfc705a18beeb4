/**
 * One approval whole: what, who, why, the payment in short with its verdict, what the policy asks, and the hash that a word is bound to. Who asked
 * does not agree; nothing changes here before the server has taken the word.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import { api, type Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, moneyText, Time, ToneIcon, VerdictMark } from '../../base/parts.tsx';
import { Mark, Note, Say } from '../form.tsx';
import { Prompt } from '../prompt.tsx';
import type { PaneProps } from '../queue.tsx';
import { type Approval, approvals } from '../refunds/api.ts';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { STATE_TONES } from './tones.ts';
import type { ApprovalsKey } from './words.ts';

export default function ApprovalPane({ id, me, asking, ask }: PaneProps & Readonly<{ me: Me }>): ReactElement {
  const { t, both } = useWords<ApprovalsKey>();
  const client = useQueryClient();
  const one = useQuery({ queryKey: ['approvals', 'one', id], queryFn: () => approvals.one(id) });
  const it = one.data;
  if (one.isError && it === undefined) return <Wrong error={one.error} retry={() => void one.refetch()} />;
  if (it === undefined) return <Rows n={8} />;
  const { refund } = it;
  const renew = (): void => {
    for (const key of ['approvals', 'refunds', 'trace']) void client.invalidateQueries({ queryKey: [key] });
  };
  const name = it.made_by.actor === 'policy' ? t('approvals.byPolicy') : it.made_by.name;
  return (
    <>
      <header className="work-head">
        <p className="work-marks">
          <Mark tone={STATE_TONES[it.state]}>{t(`approval.${it.state}`)}</Mark>
        </p>
        <Money of={refund.amount} large />
        <h2>{t('approvals.asks', { name, money: moneyText(refund.amount), reason: both(refund.reason_says) })}</h2>
        {refund.note === undefined ? null : <q className="refund-note">{refund.note}</q>}
        <p className="facts-line">
          <span>
            {t('approvals.asked')} <Time at={it.made_at} ago />
          </span>
          {it.state === 'waiting' ? (
            <span>
              {t('approvals.expires')} <Time at={it.expires_at} ago />
            </span>
          ) : null}
        </p>
      </header>
      <section aria-labelledby="turn">
        <h3 id="turn">{t('approvals.turn')}</h3>
        <Turn of={it} me={me} />
        {it.may_decide ? (
          <p className="work-acts">
            <Button type="primary" onClick={() => ask('a')}>
              {t('approvals.agree')} <kbd>a</kbd>
            </Button>
            <Button danger onClick={() => ask('x')}>
              {t('approvals.reject')} <kbd>x</kbd>
            </Button>
          </p>
        ) : null}
      </section>
      <Payment id={refund.payment_id} />
      <section aria-labelledby="words">
        <h3 id="words">{t('approvals.words')}</h3>
        <p>
          {t('approvals.policy', { needs: it.needs, agreed: it.agreed })}{' '}
          <a {...link('/app/settings/policy')}>{t('approvals.toPolicy')}</a>
        </p>
        <ol className="work-steps approval-words">
          {it.words.map((word) => (
            <li key={word.by.actor}>
              <Time at={word.at} />
              <div>
                <span className={`approval-word tone-${word.says === 'yes' ? 'arrived' : 'no'}`}>
                  <ToneIcon tone={word.says === 'yes' ? 'arrived' : 'no'} />
                  {t(word.says === 'yes' ? 'approvals.saidYes' : 'approvals.saidNo', { name: word.by.name })}
                </span>
                {word.note === undefined ? null : <q>{word.note}</q>}
              </div>
            </li>
          ))}
        </ol>
      </section>
      <section aria-labelledby="bound">
        <h3 id="bound">{t('approvals.bound')}</h3>
        <p className="soft">{t('approvals.boundHint')}</p>
        <code className="mono" translate="no">
          {it.hash}
        </code>
      </section>
      <p className="work-links">
        <a {...link(`/app/refunds/${refund.id}`)}>{t('approvals.toRefund')} →</a>
      </p>
      {it.may_decide && (asking === 'a' || asking === 'x') ? (
        <Decide
          of={it}
          says={asking === 'a' ? 'approve' : 'reject'}
          key={asking}
          done={renew}
          close={() => ask(undefined)}
        />
      ) : null}
    </>
  );
}

/** Whose word is wanted, or why not yours. */
function Turn({ of, me }: Readonly<{ of: Approval; me: Me }>): ReactElement {
  const { t } = useWords<ApprovalsKey>();
  const actor = `${me.kind}:${me.id}`;
  const mine = of.words.find((word) => word.by.actor === actor);
  if (of.state !== 'waiting')
    return (
      <Say tone={STATE_TONES[of.state]}>
        {t(`approvalEnd.${of.state}`)}
        {of.decided_at === undefined ? null : (
          <small>
            <Time at={of.decided_at} />
          </small>
        )}
      </Say>
    );
  if (of.may_decide) return <Say tone="late">{t('approvals.yourWord')}</Say>;
  if (of.made_by.actor === actor) return <Say tone="waiting">{t('approvals.own')}</Say>;
  if (mine !== undefined) return <Say tone="waiting">{t('approvals.already', { left: of.needs - of.agreed })}</Say>;
  return <Say tone="waiting">{t('approvals.mayNot')}</Say>;
}

function Payment({ id }: Readonly<{ id: string }>): ReactElement | null {
  const { t, both } = useWords<ApprovalsKey>();
  const trace = useQuery({ queryKey: ['trace', id], queryFn: () => api.trace(id) });
  if (trace.isError && trace.data === undefined)
    return <Wrong error={trace.error} retry={() => void trace.refetch()} />;
  if (trace.data === undefined) return <Rows n={3} />;
  const { payment } = trace.data;
  const { verdict } = payment;
  return (
    <section aria-labelledby="payment">
      <h3 id="payment">{t('approvals.payment')}</h3>
      {verdict === undefined ? null : (
        <p className="approval-verdict">
          <VerdictMark code={verdict.code} /> {verdict.says === undefined ? '' : both(verdict.says.accountant)}
        </p>
      )}
      <dl className="work-facts">
        <div>
          <dt>{t('approvals.order')}</dt>
          <dd>
            <a {...link(`/app/payments/${id}`)} className="ref" translate="no">
              {payment.order_ref ?? payment.payment_ref}
            </a>
          </dd>
        </div>
        <div>
          <dt>{t('approvals.paid')}</dt>
          <dd>
            <Money of={payment.captured} />{' '}
            {payment.captured_at === undefined ? null : (
              <span className="soft">
                <Time at={payment.captured_at} ago />
              </span>
            )}
          </dd>
        </div>
        {payment.refunded === undefined ? null : (
          <div>
            <dt>{t('approvals.back')}</dt>
            <dd>
              <Money of={payment.refunded} />
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Decide({
  of,
  says,
  done,
  close,
}: Readonly<{ of: Approval; says: 'approve' | 'reject'; done: () => void; close: () => void }>): ReactElement {
  const { t, both } = useWords<ApprovalsKey>();
  const [note, setNote] = useState('');
  const decide = useMutation({
    mutationFn: () => approvals.decide(of.id, says, of.hash, note),
    // Refused or taken: what stands there now is read.
    onSettled: done,
    onSuccess: close,
  });
  const money = moneyText(of.refund.amount);
  const isYes = says === 'approve';
  return (
    <Prompt
      title={t(isYes ? 'approvals.agreeTitle' : 'approvals.rejectTitle', { money })}
      close={close}
      error={decide.error}
      does={{
        says: t(isYes ? 'approvals.agreeDo' : 'approvals.rejectDo', { money }),
        run: () => decide.mutate(),
        isBusy: decide.isPending,
        isDangerous: !isYes,
        isReady: isYes || note.trim() !== '',
      }}
    >
      <p className="refund-sentence">
        {t('approvals.asks', { name: of.made_by.name, money, reason: both(of.refund.reason_says) })}
      </p>
      <p className="soft">
        {t(isYes ? (of.agreed + 1 < of.needs ? 'approvals.thenAnother' : 'approvals.thenSent') : 'approvals.thenOver')}
      </p>
      <Note label={t(isYes ? 'approvals.noteMay' : 'approvals.note')} note={note} set={setNote} />
    </Prompt>
  );
}
