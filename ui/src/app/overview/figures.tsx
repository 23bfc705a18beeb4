/** Four numbers: what may be lost, what is owed, what was repaired, how soon we knew. Each opens to its payments; none has a trend that was not measured. */
import type { ReactElement, ReactNode } from 'react';
import { CUSTODIES, type Custody, type Tone } from '../../../../src/verdicts/catalogue.ts';
import { useWords } from '../../base/lang.ts';
import { Money, ToneIcon, titleOf, toneOf } from '../../base/parts.tsx';
import { dayOf, tookOf } from '../../base/time.ts';
import { link } from '../route.ts';
import { countOf, type Overview, rowsOf } from './api.ts';
import type { OverviewKey } from './words.ts';

const MOST_PARTS = 4;

export function Four({ of }: Readonly<{ of: Overview }>): ReactElement {
  const { t, both, lang } = useWords<OverviewKey>();
  const { at_risk, late, repaired, truth } = of;
  const nameOf = (id: string): string => of.channels.find((c) => c.account_id === id)?.name ?? id;
  const zero = { amount: late.amount.amount.replace(/\d/g, '0').replace(/^0+(?=0)/, ''), currency: of.currency };
  return (
    <div className="four">
      <Card title={t('overview.atRisk')} hint={t('overview.atRiskHint')}>
        <Hero to={rowsOf(of, { at_risk: 'true' })} n={at_risk.payments}>
          <Money of={at_risk.amount} large />
        </Hero>
        {at_risk.payments === 0 ? <Fine>{t('overview.atRiskNone')}</Fine> : null}
        <ul>
          {at_risk.parts.slice(0, MOST_PARTS).map((p) => (
            <Line key={p.verdict} tone={toneOf(p.verdict)} to={rowsOf(of, { at_risk: 'true', verdict: p.verdict })}>
              <span>{both(titleOf(p.verdict))}</span>
              <Money of={p.amount} />
            </Line>
          ))}
        </ul>
      </Card>
      <Card title={t('overview.late')} hint={t('overview.lateHint')}>
        <Hero to={rowsOf(of, { verdict: 'late,held,payout_returned' })} n={late.payments}>
          <Money of={late.payments === 0 ? zero : late.amount} large />
        </Hero>
        {late.payments === 0 ? <Fine>{t('overview.lateNone')}</Fine> : null}
        <ul>
          {late.parts.slice(0, MOST_PARTS).map((p) => (
            <Line
              key={`${p.verdict} ${p.account_id}`}
              tone={toneOf(p.verdict)}
              to={rowsOf(of, { verdict: p.verdict, account_id: p.account_id })}
            >
              <span>
                {nameOf(p.account_id)}
                <small>
                  {both(titleOf(p.verdict))} · {both(CUSTODIES[p.custody as Custody])} ·{' '}
                  {t('overview.since', { day: dayOf(p.since, lang) })}
                </small>
              </span>
              <Money of={p.amount} />
            </Line>
          ))}
        </ul>
      </Card>
      <Card title={t('overview.repaired')} hint={t('overview.repairedHint')}>
        <Hero to={rowsOf(of, { repaired_on: repaired.on })} n={repaired.payments}>
          <Money of={repaired.amount} large />
        </Hero>
        <p className="compared">
          {repaired.before === undefined ? (
            t('overview.noBefore')
          ) : (
            <>
              {t('overview.before')} <Money of={repaired.before.amount} /> · {countOf(repaired.before.payments, t)}
            </>
          )}
        </p>
      </Card>
      <Card title={t('overview.truth')} hint={t('overview.truthHint')}>
        {truth.today.p95_ms === undefined ? (
          <>
            <span className="money large none">—</span>
            <Fine>{t('overview.truthNone')}</Fine>
          </>
        ) : (
          <>
            <Hero to={`/app/payments?from=${truth.on}`} n={truth.today.payments}>
              <span className="money large">{tookOf(truth.today.p95_ms, lang)}</span>
            </Hero>
            <p className="compared">{t('overview.half', { took: tookOf(truth.today.p50_ms ?? 0, lang) })}</p>
          </>
        )}
        {truth.today.from_documents === 0 ? null : (
          <p className="compared">{t('overview.fromDocuments', { n: truth.today.from_documents })}</p>
        )}
        <p className="compared">
          {truth.before?.p95_ms === undefined
            ? t('overview.noBefore')
            : `${t('overview.before')} ${tookOf(truth.before.p95_ms, lang)} · ${countOf(truth.before.payments, t)}`}
        </p>
      </Card>
    </div>
  );
}

function Card({ title, hint, children }: Readonly<{ title: string; hint: string; children: ReactNode }>): ReactElement {
  return (
    <article className="panel figure">
      <h2>{title}</h2>
      <p className="hint">{hint}</p>
      {children}
    </article>
  );
}

function Hero({ to, n, children }: Readonly<{ to: string; n: number; children: ReactNode }>): ReactElement {
  const { t } = useWords<OverviewKey>();
  return (
    <a {...link(to)} className="hero">
      {children}
      <small>{countOf(n, t)}</small>
    </a>
  );
}

const Line = ({ tone, to, children }: Readonly<{ tone: Tone; to: string; children: ReactNode }>): ReactElement => (
  <li>
    <a {...link(to)} className={`part tone-${tone}`}>
      <ToneIcon tone={tone} size={14} />
      {children}
    </a>
  </li>
);

const Fine = ({ children }: Readonly<{ children: ReactNode }>): ReactElement => <p className="compared">{children}</p>;
