/** One claim: what it is answered and what to say, what has to be done, what the customer showed, and each answer with what it rested on. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement, ReactNode } from 'react';
import { CONFIDENCES } from '../../../../src/verdicts/catalogue.ts';
import type { Me } from '../../base/api.ts';
import { type Text, useWords } from '../../base/lang.ts';
import { Money, Time, titleOf, VerdictMark } from '../../base/parts.tsx';
import { StatusLink } from '../../base/status-link.tsx';
import { agoOf, useNow, whenOf } from '../../base/time.ts';
import { Refused, Say } from '../form.tsx';
import type { PaneProps } from '../queue.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Claim, work } from './api.ts';
import { amountOf, WAIT_TONES, WaitsMark } from './claim-queue.tsx';
import { EndClaim } from './end.tsx';
import { Picture } from './picture.tsx';
import { type CasesKey, words } from './words.ts';

export default function ClaimPane({ id, me, asking, ask }: PaneProps & Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<CasesKey>();
  const client = useQueryClient();
  const one = useQuery({ queryKey: ['claims', 'one', id], queryFn: () => work.claim(id) });
  if (one.isError && one.data === undefined) return <Wrong error={one.error} retry={() => void one.refetch()} />;
  if (one.data === undefined) return <Rows n={8} />;
  const renew = (claim: Claim): void => {
    client.setQueryData(['claims', 'one', id], claim);
    void client.invalidateQueries({ queryKey: ['claims'] });
  };
  const may = me.scopes.includes('act');
  return (
    <>
      <Head of={one.data} />
      <Doing of={one.data} may={may} renew={renew} ask={ask} />
      <Said of={one.data} />
      <Answers id={id} />
      <section aria-labelledby="for-customer">
        <h3 id="for-customer">{t('cases.forCustomer')}</h3>
        <StatusLink path={`/v1/claims/${id}`} may={may} isListed />
      </section>
      {asking === 'a' && may && one.data.state !== 'closed' ? (
        <EndClaim of={one.data} done={renew} close={() => ask(undefined)} />
      ) : null}
    </>
  );
}

/** A code the server names that has words here; a newer one is shown as it is. */
const word = (key: string, code: string): Text =>
  (words as Readonly<Record<string, Text>>)[key] ?? { zh: code, en: code };

function Head({ of }: Readonly<{ of: Claim }>): ReactElement {
  const { t, both } = useWords<CasesKey>();
  const says = of.verdict?.says;
  const by = of.created_by.startsWith('link:') ? t('cases.byCustomer') : (of.created_by_name ?? of.created_by);
  return (
    <header className="work-head">
      <p className="work-marks">
        {of.verdict === undefined ? null : <VerdictMark code={of.verdict.code} />}
        <WaitsMark claim={of} />
      </p>
      {amountOf(of) === undefined ? null : <Money of={amountOf(of)} large />}
      <h2 aria-live="polite">
        {says !== undefined
          ? both(says.accountant)
          : of.verdict === undefined
            ? t('cases.notAnswered')
            : both(titleOf(of.verdict.code))}
      </h2>
      <p className="facts-line">
        <span>{t(`kind.${of.kind}`)}</span>
        <span>
          <Time at={of.created_at} ago />
        </span>
        <span>{by}</span>
        {of.store === undefined && of.terminal === undefined ? null : (
          <span>{[of.store, of.terminal].filter(Boolean).join(' · ')}</span>
        )}
      </p>
      {says === undefined ? null : (
        <blockquote className="say-to">
          <small>{t('cases.sayTo')}</small>
          {both(says.agent)}
        </blockquote>
      )}
    </header>
  );
}

/** What is to be done, where it is ours to do. */
function turnOf({ waits_for, kind, release, payment }: Claim): CasesKey {
  if (waits_for !== 'us') return `turn.${waits_for}`;
  if (payment === undefined) return 'turn.number';
  if (kind === 'refund_not_arrived') return 'turn.refund';
  if (kind === 'payout_not_arrived') return 'turn.payout';
  return kind === 'paid_no_goods' && release === 'yes' ? 'turn.goods' : 'turn.us';
}

/** Whose turn it is, in a sentence, with what can be done about it here. */
function Doing({
  of,
  may,
  renew,
  ask,
}: Readonly<{ of: Claim; may: boolean; renew: (claim: Claim) => void; ask: PaneProps['ask'] }>): ReactElement {
  const { t, both } = useWords<CasesKey>();
  const look = useMutation({ mutationFn: (paymentId?: string) => work.look(of.id, paymentId), onSuccess: renew });
  const toPayment =
    of.payment === undefined ? null : <a {...link(`/app/payments/${of.payment.id}`)}>{t('cases.toPayment')} →</a>;
  if (of.state === 'closed')
    return (
      <div>
        <Say tone="arrived">
          {t('cases.ended', {
            ended: of.closed_by_rule
              ? both(of.closed_by_rule.says)
              : t(`end.${(of.ended ?? 'withdrawn') as 'withdrawn'}`),
          })}
          <small>
            {of.closed_at === undefined ? null : <Time at={of.closed_at} />} {of.closed_by_name ?? ''}
            {of.note === undefined ? '' : ` · ${of.note}`}
          </small>
        </Say>
        <p className="work-acts">{toPayment}</p>
      </div>
    );
  return (
    <section aria-labelledby="doing">
      <h3 id="doing">{t('cases.doing')}</h3>
      <Say tone={WAIT_TONES[of.waits_for]}>
        {of.candidates.length > 0 && of.found === 'several' ? t('cases.choose') : t(turnOf(of))}
        {of.next_look_at === undefined ? null : <NextLook at={of.next_look_at} />}
      </Say>
      {of.candidates.length === 0 ? null : (
        <ul className="candidates" aria-label={t('cases.candidates')}>
          {of.candidates.map((one) => (
            <li key={one.payment_id}>
              <Money of={one.amount} />
              <Time at={one.at} />
              <a {...link(`/app/payments/${one.payment_id}`)} className="ref" translate="no">
                {one.order_ref ?? one.payment_ref}
              </a>
              <small>{[one.store, one.terminal, ...one.why.map(both)].filter(Boolean).join(' · ')}</small>
              <Button size="small" disabled={!may || look.isPending} onClick={() => look.mutate(one.payment_id)}>
                {t('cases.thisOne')}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <p className="work-acts">
        {may ? (
          <>
            <Button type="primary" onClick={() => ask('a')}>
              {t('cases.endIt')} <kbd>a</kbd>
            </Button>
            <Button loading={look.isPending} onClick={() => look.mutate(undefined)}>
              {t('cases.lookAgain')}
            </Button>
          </>
        ) : (
          <span className="soft">{t('cases.onlyLook')}</span>
        )}
        {toPayment}
      </p>
      <Refused error={look.error} />
    </section>
  );
}

function NextLook({ at }: Readonly<{ at: string }>): ReactElement {
  const { t, lang } = useWords<CasesKey>();
  const now = useNow(1_000);
  return <small>{t('cases.nextLook', { at: whenOf(at, lang), ago: agoOf(at, lang, now) })}</small>;
}

function Said({ of }: Readonly<{ of: Claim }>): ReactElement {
  const { t, both } = useWords<CasesKey>();
  const facts: ReadonlyArray<readonly [CasesKey, ReactNode]> = [
    ['cases.order', of.order_ref],
    ['cases.amount', of.amount && <Money of={of.amount} />],
    ['cases.paidAt', of.paid_at && <Time at={of.paid_at} />],
    ['cases.app', of.app && both(word(`app.${of.app}`, of.app))],
    ['cases.payer', of.payer],
  ];
  return (
    <section aria-labelledby="said">
      <h3 id="said">{t('cases.said')}</h3>
      <dl className="work-facts">
        {facts
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => (
            <div key={name}>
              <dt>{t(name)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        {of.hits.map((hit) => (
          <div key={hit.value}>
            <dt>{both(word(`origin.${hit.origin}`, hit.origin))}</dt>
            <dd>
              <code translate="no">{hit.value}</code> <small className="soft">{both(hit.why)}</small>
            </dd>
          </div>
        ))}
      </dl>
      {of.text === undefined ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre className="pasted" tabIndex={0} translate="no">
          {of.text}
        </pre>
      )}
      {of.images.length === 0 ? null : (
        <ul className="pictures" aria-label={t('cases.pictures')}>
          {of.images.map((sha256) => (
            <li key={sha256}>
              <Picture sha256={sha256} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The newest first, as the record of a person would be read. */
function Answers({ id }: Readonly<{ id: string }>): ReactElement {
  const { t, both, lang } = useWords<CasesKey>();
  const answers = useQuery({ queryKey: ['claims', 'answers', id], queryFn: () => work.answers(id) });
  const items = [...(answers.data?.items ?? [])].reverse();
  return (
    <section aria-labelledby="answers">
      <h3 id="answers">{t('cases.answers')}</h3>
      {answers.isError ? <Wrong error={answers.error} retry={() => void answers.refetch()} /> : null}
      {answers.isSuccess && items.length === 0 ? <p className="soft">{t('cases.notAnswered')}</p> : null}
      <ol className="work-steps">
        {items.map((a) => (
          <li key={a.look}>
            <Time at={a.at} />
            <div>
              <VerdictMark code={a.verdict.code} /> <span className="soft">{t(`goods.${a.verdict.release}`)}</span>
              {a.why.map((why) => (
                <small key={why.en}>{both(why)}</small>
              ))}
              <small>
                {a.payment_verdict === undefined
                  ? t('cases.restsOnNone')
                  : t('cases.restsOn', {
                      verdict: both(titleOf(a.payment_verdict.code)),
                      confidence:
                        (CONFIDENCES as Readonly<Record<string, Text>>)[a.payment_verdict.confidence]?.[lang] ?? '',
                    })}
                {a.channel === undefined || a.channel === 'not_asked'
                  ? ''
                  : ` · ${both(word(`heard.${a.channel}`, a.channel))}`}
              </small>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
