/**
 * One payment's story: the verdict in a sentence, the line it travelled, why we think so, what is next, and the proof down to the bytes. It
 * says only what the server said; where a part is not told yet, it is left out rather than guessed.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm, Tooltip } from 'antd';
import { lazy, type ReactElement, type ReactNode, Suspense, useState } from 'react';
import { CONFIDENCES, CUSTODIES, REASONS } from '../../../src/verdicts/catalogue.ts';
import { api, type Me, type Observation, type Trace, Trouble, type Verdict } from '../base/api.ts';
import { type Text, useWords } from '../base/lang.ts';
import { Money, PROVIDERS, Quiet, Time, ToneIcon, titleOf, toneOf, VerdictMark } from '../base/parts.tsx';
import { StatusLink } from '../base/status-link.tsx';
import { agoOf, dayOf, promisedOf, useNow, whenOf } from '../base/time.ts';
import { lineOf } from './line.ts';
import { Metro } from './metro.tsx';
import { Told } from './payout.tsx';
import { link } from './route.ts';
import { Rows, Wrong } from './state.tsx';
import { type AppKey, words } from './words.ts';

const Raw = lazy(() => import('./raw.tsx'));
const Claims = lazy(() => import('./cases/of-payment.tsx'));
const RefundPanel = lazy(() => import('./refunds/panel.tsx'));

const LIVE_MS = 10_000;

export default function PaymentPage({ id, me }: Readonly<{ id: string; me: Me }>): ReactElement {
  const { t } = useWords<AppKey>();
  const trace = useQuery({ queryKey: ['trace', id], queryFn: () => api.trace(id), refetchInterval: LIVE_MS });
  const [raw, setRaw] = useState<string | undefined>(undefined);
  if (trace.isPending) return <Rows n={10} />;
  if (trace.data === undefined)
    return trace.error instanceof Trouble && trace.error.kind === 'absent' ? (
      <Quiet title={t('payment.absent')}>
        <p>{t('payment.absentHint')}</p>
        <a {...link('/app/payments')}>{t('payment.back')}</a>
      </Quiet>
    ) : (
      <Wrong error={trace.error} retry={() => void trace.refetch()} />
    );
  const line = lineOf(trace.data.stations, trace.data.payment.verdict?.code);
  return (
    <article className="story">
      <p className="crumb">
        <a {...link('/app/payments')}>← {t('payment.back')}</a>
      </p>
      <Head trace={trace.data} />
      <Metro line={line} code={trace.data.payment.verdict?.code} open={setRaw} />
      <div className="columns">
        <div>
          <Evidence trace={trace.data} open={setRaw} />
          <Suspense fallback={null}>
            <Claims id={id} />
          </Suspense>
          <More trace={trace.data} open={setRaw} />
        </div>
        <div>
          <Judged trace={trace.data} me={me} />
          <Suspense fallback={null}>
            <RefundPanel payment={trace.data.payment} may={me.scopes.includes('refund')} />
          </Suspense>
          <section className="panel">
            <h2>{t('payment.customer')}</h2>
            <StatusLink path={`/v1/payments/${id}`} may={me.scopes.includes('act')} isListed />
          </section>
        </div>
      </div>
      {raw === undefined ? null : (
        <Suspense fallback={null}>
          <Raw messageId={raw} close={() => setRaw(undefined)} />
        </Suspense>
      )}
    </article>
  );
}

function Head({ trace }: Readonly<{ trace: Trace }>): ReactElement {
  const { t, both, lang } = useWords<AppKey>();
  const { payment } = trace;
  const verdict = payment.verdict;
  const tone = verdict === undefined ? 'waiting' : toneOf(verdict.code);
  const channels = useQuery({ queryKey: ['channels'], queryFn: api.channels, staleTime: 300_000 });
  const channel = channels.data?.items.find((c) => c.id === payment.account_id);
  return (
    <header className={`story-head tone-${tone}`}>
      <div className="amount">
        <h1>
          <Money of={payment.captured ?? payment.ordered} large />
        </h1>
        <p className="facts-line">
          {channel === undefined ? null : <span>{PROVIDERS[channel.provider]?.[lang] ?? channel.provider}</span>}
          <Copied text={payment.order_ref ?? payment.payment_ref} label={t('payment.order')} />
          {payment.order_ref === undefined || payment.order_ref === payment.payment_ref ? null : (
            <Copied text={payment.payment_ref} label={t('payment.number')} />
          )}
        </p>
      </div>
      {verdict === undefined ? null : (
        <div className="sentence">
          <p className="headline">
            <ToneIcon tone={tone} size={22} />
            <strong>{both(titleOf(verdict.code))}</strong>
            <span className="goods">{t(`release.${verdict.release}`)}</span>
          </p>
          <p>{both(verdict.says?.accountant ?? plain(verdict))}</p>
        </div>
      )}
    </header>
  );
}

/** Until the server tells the sentence: who holds the money, and the reason of the catalogue. */
function plain(verdict: Verdict): Text {
  const custody = CUSTODIES[verdict.custody as keyof typeof CUSTODIES] as Text | undefined;
  const reason = verdict.reason === undefined ? undefined : REASONS[verdict.reason as keyof typeof REASONS];
  return {
    zh: `钱在:${custody?.zh ?? verdict.custody}。${reason === undefined ? '' : `${reason.zh}。`}`,
    en: `The money is with ${custody?.en ?? verdict.custody}.${reason === undefined ? '' : ` ${reason.en[0]!.toUpperCase()}${reason.en.slice(1)}.`}`,
  };
}
/** A code in the words of the catalogue; a newer one is shown as it is. */
const named = (catalogue: Readonly<Record<string, Text>>, code: string): Text =>
  catalogue[code] ?? { zh: code, en: code };
/** A code the server may name that has words here; a newer one is shown as it is. */
const word = (key: string): Text | undefined => (words as Readonly<Record<string, Text>>)[key];

function Copied({ text, label }: Readonly<{ text: string; label: string }>): ReactElement {
  const { t } = useWords<AppKey>();
  const [isCopied, setCopied] = useState(false);
  return (
    <Tooltip title={t(isCopied ? 'payment.copied' : 'payment.copy')}>
      <button
        type="button"
        className="copy"
        onClick={() => {
          void navigator.clipboard?.writeText(text).then(() => setCopied(true));
        }}
      >
        {label} <span translate="no">{text}</span>
      </button>
    </Tooltip>
  );
}

function Evidence({ trace, open }: Readonly<{ trace: Trace; open: (messageId: string) => void }>): ReactElement {
  const { t, both, lang } = useWords<AppKey>();
  const said = (o: Observation): string => {
    const known = word(`said.${o.kind}`);
    return known === undefined ? o.said : both(known);
  };
  return (
    <section className="panel">
      <h2>{t('payment.evidence')}</h2>
      {trace.observations.length === 0 ? <p className="soft">{t('payment.evidenceNone')}</p> : null}
      <ol className="proofs">
        {trace.observations.map((o) => (
          <li key={o.id}>
            <Time at={o.occurred_at} />
            <span className="source">{both(word(`source.${o.source}`) ?? { zh: o.source, en: o.source })}</span>
            <span className="said">
              {said(o)}
              {o.amount === undefined ? null : (
                <>
                  {' '}
                  <Money of={o.amount} />
                </>
              )}
              {o.times > 1 ? (
                <small>{t('payment.times', { times: o.times, at: whenOf(o.last_seen_at, lang) })}</small>
              ) : null}
            </span>
            {o.message_id === undefined ? null : (
              <Button size="small" onClick={() => open(o.message_id!)} aria-label={`${t('payment.raw')} ${said(o)}`}>
                {t('payment.raw')}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Judged({ trace, me }: Readonly<{ trace: Trace; me: Me }>): ReactElement {
  const { t, both, lang } = useWords<AppKey>();
  const verdict = trace.payment.verdict;
  const reason = verdict?.reason === undefined ? undefined : REASONS[verdict.reason as keyof typeof REASONS];
  return (
    <aside className="panel judged">
      <dl>
        {verdict === undefined ? null : (
          <>
            <Fact name={t('payment.where')}>{named(CUSTODIES, verdict.custody)[lang]}</Fact>
            {reason === undefined ? null : <Fact name={t('payment.why')}>{reason[lang]}</Fact>}
            {verdict.next === undefined || verdict.next.length === 0 ? null : (
              <Fact name={t('payment.next')}>
                {verdict.next.map((n) => (
                  <span key={`${n.step}${n.owner}`} className="line">
                    {both(n.does)}
                    <small>
                      {n.by_at === undefined
                        ? t(`owner.${n.owner as 'agent'}`)
                        : t('payment.nextBy', { owner: t(`owner.${n.owner as 'agent'}`), by: whenOf(n.by_at, lang) })}
                    </small>
                  </span>
                ))}
              </Fact>
            )}
            {verdict.promise === undefined ? null : (
              <Fact name={t('payment.promise')}>
                {promisedOf(verdict.promise, lang, true)}
                <small>
                  {agoOf(verdict.promise.at, lang)}
                  {verdict.promise.assumed ? ` ${t('payment.assumed')}` : ''} · {both(verdict.promise.rule)}
                </small>
              </Fact>
            )}
          </>
        )}
        <Fact name={t('payment.look')}>
          {trace.next_look_at === undefined ? (
            <span className="soft">{t('payment.lookNone')}</span>
          ) : (
            <Look at={trace.next_look_at} />
          )}
        </Fact>
        {verdict?.proves_wrong === undefined ? null : (
          <Fact name={t('payment.wrong')}>{both(verdict.proves_wrong)}</Fact>
        )}
        {verdict === undefined ? null : (
          <Fact name={t('payment.confidence')}>{named(CONFIDENCES, verdict.confidence)[lang]}</Fact>
        )}
      </dl>
      <Acts payment={trace.payment} me={me} />
    </aside>
  );
}

const Fact = ({ name, children }: Readonly<{ name: string; children: ReactNode }>): ReactElement => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Look({ at }: Readonly<{ at: string }>): ReactElement {
  const { lang } = useWords();
  const now = useNow(1_000);
  return (
    <>
      {whenOf(at, lang)} <small>{agoOf(at, lang, now)}</small>
    </>
  );
}

/**
 * Nothing here is optimistic: the page changes when what was asked for is stored and judged. Repair is offered where the shop does not know,
 * giving up where nobody has paid.
 */
function Acts({ payment, me }: Readonly<{ payment: Trace['payment']; me: Me }>): ReactElement {
  const { t, both } = useWords<AppKey>();
  const client = useQueryClient();
  const { id, order_id: orderId, order_closed_at: closedAt, verdict } = payment;
  const onSuccess = () => client.invalidateQueries({ queryKey: ['trace', id] });
  const inquire = useMutation({ mutationFn: () => api.inquire(id), onSuccess });
  const repair = useMutation({ mutationFn: () => api.repair(id), onSuccess });
  const giveUp = useMutation({ mutationFn: () => api.giveUp(orderId!), onSuccess });
  const [may, mayClose] = [me.scopes.includes('act'), me.scopes.includes('orders')];
  const answer = inquire.data;
  const code = answer?.payment.verdict?.code;
  const wrong = inquire.error ?? repair.error ?? giveUp.error;
  return (
    <div className="acts">
      <Tooltip title={may ? undefined : t('payment.mayNot')}>
        <Button type="primary" block disabled={!may} loading={inquire.isPending} onClick={() => inquire.mutate()}>
          {t('payment.inquire')}
        </Button>
      </Tooltip>
      {verdict?.code === 'unrecorded' ? (
        <Button block disabled={!may} loading={repair.isPending} onClick={() => repair.mutate()}>
          {t('payment.repair')}
        </Button>
      ) : null}
      {orderId !== undefined &&
      closedAt === undefined &&
      (verdict?.code === 'unpaid' || verdict?.code === 'pending') ? (
        <Popconfirm
          title={t('payment.giveUp')}
          description={<span className="ask-first">{t('payment.giveUpHint')}</span>}
          okText={t('payment.giveUp')}
          cancelText={t('payment.giveUpNot')}
          onConfirm={() => giveUp.mutate()}
        >
          <Button block disabled={!mayClose} loading={giveUp.isPending}>
            {t('payment.giveUp')}
          </Button>
        </Popconfirm>
      ) : null}
      <p role="status" className="soft">
        {answer === undefined
          ? ''
          : answer.outcome === 'answered'
            ? t('payment.inquired', { outcome: code === undefined ? '—' : both(titleOf(code)) })
            : `${t('payment.silent')} ${answer.detail ?? ''}`}
        {repair.isSuccess && verdict?.code === 'unrecorded' ? t('payment.repairing') : ''}
        {wrong instanceof Trouble ? `${wrong.message} ${wrong.remedy}` : ''}
      </p>
    </div>
  );
}

function More({ trace, open }: Readonly<{ trace: Trace; open: (messageId: string) => void }>): ReactElement {
  const { t, both, lang } = useWords<AppKey>();
  const { batch, breaks, verdicts, actions, payment } = trace;
  return (
    <>
      {batch === undefined ? null : (
        <section className="panel">
          <h2>{t('payment.batch')}</h2>
          <p className="facts-line">
            {batch.kind === 'implied' ? (
              <span>{t('payment.batchImplied', { at: dayOf(batch.to, lang) })}</span>
            ) : (
              <span translate="no">{batch.ref ?? batch.key}</span>
            )}
            <span>
              {t('payment.batchNet')} <Money of={batch.net} />
            </span>
            {batch.due_on === undefined ? null : (
              <span>
                {t('payment.batchDue')} {dayOf(batch.due_on, lang)}
              </span>
            )}
            {batch.credited_on === undefined ? null : (
              <span>
                {t('payment.batchCredited')} {dayOf(batch.credited_on, lang)}
              </span>
            )}
          </p>
          <Told batch={batch} open={open} />
        </section>
      )}
      {breaks.length === 0 ? null : (
        <section className="panel">
          <h2>{t('payment.breaks')}</h2>
          <ul className="plain">
            {breaks.map((b) => (
              <li key={`${b.reconciliation_id}${b.n}`}>
                {both(b.says)} <Money of={b.amount} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {payment.contradictions.length === 0 ? null : (
        <section className="panel">
          <h2>{t('payment.contradictions')}</h2>
          <ul className="plain">
            {payment.contradictions.map((c) => (
              <li key={c}>{c}</li>
            ))}
          </ul>
        </section>
      )}
      {verdicts.length < 2 ? null : (
        <section className="panel">
          <h2>{t('payment.history')}</h2>
          <ol className="proofs verdicts">
            {verdicts.map((v) => (
              <li key={`${v.code}${v.judged_at}`}>
                {v.judged_at === undefined ? null : <Time at={v.judged_at} />}
                <VerdictMark code={v.code} />
                <span className="said">
                  {v.reason !== undefined && v.reason in REASONS ? REASONS[v.reason as keyof typeof REASONS][lang] : ''}
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
      {actions.length === 0 ? null : (
        <section className="panel">
          <h2>{t('payment.doing')}</h2>
          <ol className="proofs">
            {actions.map((a) => (
              <li key={`${a.kind}${a.created_at}`}>
                <Time at={a.updated_at} />
                <span className="source">{both(word(`action.${a.kind}`) ?? { zh: a.kind, en: a.kind })}</span>
                <span className="said">
                  {a.state} <small>{t('payment.attempts', { n: a.attempts })}</small>
                </span>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}
