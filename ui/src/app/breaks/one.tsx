/** One difference: what happened in a sentence, whose turn it is, what was done about it, and both sides' evidence to the byte. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { lazy, type ReactElement, Suspense, useEffect, useRef } from 'react';
import { CAUSES, EXPLANATIONS, REASONS } from '../../../../src/verdicts/catalogue.ts';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, moneyText, Quiet, Time, VerdictMark } from '../../base/parts.tsx';
import { dayOf } from '../../base/time.ts';
import type { PaneProps } from '../queue.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Break, type BreakWork, breaks } from './api.ts';
import { Proof } from './evidence.tsx';
import { channelOf, StateMark } from './parts.tsx';
import { type BreaksKey, CUSTODIES, OWNERS } from './words.ts';

const Act = lazy(() => import('./act.tsx'));

export default function One({ id, me, asking, ask }: PaneProps & Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<BreaksKey>();
  const client = useQueryClient();
  const [run, n] = id.split('/') as [string, string];
  const one = useQuery({ queryKey: ['breaks', 'one', id], queryFn: () => breaks.one(run, n) });
  const data = one.data;
  const proof = useRef<HTMLElement>(null);
  useEffect(() => {
    if (data === undefined || asking !== 'e') return;
    proof.current?.scrollIntoView({ block: 'start' });
    proof.current?.focus({ preventScroll: true });
    ask(undefined);
  }, [data, asking, ask]);
  const done = (work: BreakWork): void => {
    client.setQueryData<Break>(['breaks', 'one', id], (before) =>
      before === undefined
        ? before
        : { ...before, work, state: work.state, version: work.version, holder: work.holder },
    );
    void client.invalidateQueries({ queryKey: ['breaks', 'summary'] });
  };
  if (one.isError && data === undefined) return <Wrong error={one.error} retry={() => void one.refetch()} />;
  if (data === undefined) return <Rows n={8} />;
  return (
    <>
      <Head of={data} />
      <Facts of={data} />
      <Doing of={data} me={me} ask={ask} />
      <section className="one-proof" ref={proof} tabIndex={-1} aria-labelledby="proof">
        <h3 id="proof">{t('breaks.evidence')}</h3>
        <Proof of={data} />
      </section>
      <Elsewhere of={data} />
      {asking === 'a' ? (
        <Suspense fallback={null}>
          <Act of={data} me={me} done={done} close={() => ask(undefined)} renew={() => void one.refetch()} />
        </Suspense>
      ) : null}
    </>
  );
}

function Head({ of }: Readonly<{ of: Break }>): ReactElement {
  const { t, both } = useWords<BreaksKey>();
  return (
    <header className="one-head">
      <p className="one-marks">
        <VerdictMark code={of.verdict} />
        <StateMark of={of} />
      </p>
      <Money of={of.amount} large />
      <h2 aria-live="polite">{both(of.body.says)}</h2>
      <p className="facts-line">
        {of.channel === undefined ? null : <span>{both(channelOf(of.channel))}</span>}
        {of.account === undefined ? null : <span translate="no">{of.account}</span>}
        {of.business_on === undefined ? null : <time dateTime={of.business_on}>{of.business_on}</time>}
        {of.order_ref === undefined ? null : (
          <span className="ref" translate="no">
            {of.order_ref}
          </span>
        )}
      </p>
      {of.superseded_by === undefined ? null : (
        <p className="one-note">
          {t('breaks.superseded')} <a {...link(`/app/reconciliations/${of.superseded_by}`)}>{t('breaks.laterRun')}</a>
        </p>
      )}
    </header>
  );
}

function Facts({ of }: Readonly<{ of: Break }>): ReactElement {
  const { t, both, lang } = useWords<BreaksKey>();
  const { custody, reason, promise, next } = of.body;
  const cause = of.cause in CAUSES ? CAUSES[of.cause as keyof typeof CAUSES] : undefined;
  return (
    <>
      <dl className="one-facts">
        <div>
          <dt>{t('breaks.why')}</dt>
          <dd>
            {cause === undefined || of.cause === 'none' ? '' : `${both(cause)} · `}
            {reason in REASONS ? REASONS[reason as keyof typeof REASONS][lang] : reason}
          </dd>
        </div>
        <div>
          <dt>{t('breaks.custody')}</dt>
          <dd>{custody in CUSTODIES ? both(CUSTODIES[custody as keyof typeof CUSTODIES]) : custody}</dd>
        </div>
        {promise === undefined ? null : (
          <div>
            <dt>{t('breaks.promise')}</dt>
            <dd>{dayOf(promise, lang, true)}</dd>
          </div>
        )}
      </dl>
      {next.length === 0 ? null : (
        <section aria-labelledby="next">
          <h3 id="next">{t('breaks.next')}</h3>
          <ol className="one-next">
            {next.map((step) => (
              <li key={step.action}>
                {both(step.text)}
                <small>
                  {step.owner in OWNERS ? both(OWNERS[step.owner as keyof typeof OWNERS]) : step.owner}
                  {step.by === undefined ? '' : ` · ${t('breaks.by', { day: dayOf(step.by, lang, true) })}`}
                </small>
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Doing({ of, me, ask }: Readonly<{ of: Break; me: Me; ask: PaneProps['ask'] }>): ReactElement {
  const { t, both } = useWords<BreaksKey>();
  const { state, steps } = of.work;
  const explained = steps.findLast((step) => step.kind === 'explained');
  return (
    <section className="one-doing" aria-labelledby="doing">
      <h3 id="doing">{t('breaks.doing')}</h3>
      {state === 'explained' && explained !== undefined ? (
        <p className="one-note tone-late">{t('breaks.notConfirmed', { name: explained.by.name })}</p>
      ) : null}
      {steps.length === 0 ? <p className="soft">{t('breaks.nothingDone')}</p> : null}
      <ol className="one-steps">
        {steps.map((step) => (
          <li key={step.n}>
            <Time at={step.at} />
            <span>
              <b>{step.by.name}</b> {t(`breaks.did.${step.kind}`)}
              {step.kind === 'taken' && step.holder !== undefined && step.holder.actor !== step.by.actor
                ? ` → ${step.holder.name}`
                : ''}
              {step.reason === undefined ? '' : `${t('breaks.colon')}${both(EXPLANATIONS[step.reason])}`}
              {step.note === undefined ? null : <q>{step.note}</q>}
            </span>
          </li>
        ))}
      </ol>
      {me.scopes.includes('act') ? (
        <Button type="primary" onClick={() => ask('a')}>
          {t('breaks.act')} <kbd>a</kbd>
        </Button>
      ) : (
        <p className="soft">{t('breaks.onlyLook')}</p>
      )}
    </section>
  );
}

/** Where else it stands: its payment, its run, the ledger. */
function Elsewhere({ of }: Readonly<{ of: Break }>): ReactElement {
  const { t, both } = useWords<BreaksKey>();
  const entries = useQuery({ queryKey: ['breaks', 'entries', of.hash], queryFn: () => breaks.entries(of.hash) });
  const items = entries.data?.items ?? [];
  return (
    <section aria-labelledby="elsewhere">
      <h3 id="elsewhere">{t('breaks.elsewhere')}</h3>
      <ul className="one-links">
        {of.payment_id === undefined ? null : (
          <li>
            <a {...link(`/app/payments/${of.payment_id}`)}>{t('breaks.toPayment')} →</a>
          </li>
        )}
        <li>
          <a {...link(`/app/reconciliations/${of.reconciliation_id}`)}>{t('breaks.toRun')} →</a>
        </li>
        {items.length === 0 ? null : (
          <li>
            <a {...link(`/app/ledger/entries?break=${encodeURIComponent(of.hash)}`)}>
              {t('breaks.toEntries', { count: items.length })} →
            </a>
            <ul>
              {items.slice(0, 5).map((entry) => (
                <li key={entry.id}>
                  <span>{both(entry.says)}</span>
                  <span className="money">{entry.transfers.map((x) => moneyText(x.amount)).join(' · ')}</span>
                </li>
              ))}
            </ul>
          </li>
        )}
      </ul>
      {of.suspense === undefined ? null : (
        <p className="one-note">
          {t('breaks.suspense', { money: moneyText(of.suspense) })}{' '}
          <a {...link('/app/ledger/suspense')}>{t('breaks.toSuspense')}</a>
        </p>
      )}
      {entries.isError ? <Quiet title={t('breaks.noEntries')} /> : null}
    </section>
  );
}
