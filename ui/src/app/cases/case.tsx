/** One case: why a person is needed, what to do, where; and what was done about it in the end. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactElement } from 'react';
import { api, type Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Time, VerdictMark } from '../../base/parts.tsx';
import { Mark, Say } from '../form.tsx';
import type { PaneProps } from '../queue.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Case, work } from './api.ts';
import { EndCase } from './end.tsx';
import { adviceOf, placeOf, reasonOf } from './reasons.ts';
import { type CasesKey, words } from './words.ts';

export default function CasePane({ id, me, asking, ask }: PaneProps & Readonly<{ me: Me }>): ReactElement {
  const { t, both } = useWords<CasesKey>();
  const client = useQueryClient();
  const one = useQuery({ queryKey: ['cases', 'one', id], queryFn: () => work.case(id) });
  const it = one.data;
  if (one.isError && it === undefined) return <Wrong error={one.error} retry={() => void one.refetch()} />;
  if (it === undefined) return <Rows n={6} />;
  const may = me.scopes.includes('act');
  const advice = adviceOf(it.reason);
  const done = (now: Case): void => {
    client.setQueryData(['cases', 'one', id], now);
    void client.invalidateQueries({ queryKey: ['cases'] });
  };
  return (
    <>
      <header className="work-head">
        <p className="work-marks">
          <Mark tone={it.state === 'closed' ? 'arrived' : 'late'}>
            {t(it.state === 'closed' ? 'cases.closed' : 'cases.open')}
          </Mark>
        </p>
        {it.amount === undefined ? null : <Money of={it.amount} large />}
        <h2>{both(reasonOf(it.reason))}</h2>
        <p className="facts-line">
          <span>
            {t('cases.opened')} <Time at={it.opened_at} ago />
          </span>
          {it.name === undefined ? null : (
            <span className="ref" translate="no">
              {it.name}
            </span>
          )}
        </p>
      </header>
      {it.state === 'closed' ? (
        <Say tone="arrived">
          {it.closed_by === undefined
            ? t('cases.wentAway')
            : t('cases.closedBy', { name: it.closed_by_name ?? it.closed_by })}
          <small>
            {it.closed_at === undefined ? null : <Time at={it.closed_at} />}
            {it.closed_note === undefined ? '' : ` · ${it.closed_note}`}
          </small>
        </Say>
      ) : null}
      {advice === undefined ? null : (
        <section aria-labelledby="advice">
          <h3 id="advice">{t('cases.whatToDo')}</h3>
          <p>{both(advice)}</p>
        </section>
      )}
      {it.subject_kind === 'payment' ? <Payment id={it.subject_id} /> : null}
      {it.note === undefined || it.note in KINDS ? null : (
        <section aria-labelledby="note">
          <h3 id="note">{t('cases.told')}</h3>
          <pre className="pasted">{it.note}</pre>
        </section>
      )}
      <Places of={it} />
      {it.state === 'closed' ? null : may ? (
        <p className="work-acts">
          <Button type="primary" onClick={() => ask('a')}>
            {t('cases.closeIt')} <kbd>a</kbd>
          </Button>
        </p>
      ) : (
        <p className="soft">{t('cases.onlyLook')}</p>
      )}
      {asking === 'a' && may && it.state === 'open' ? (
        <EndCase of={it} done={done} close={() => ask(undefined)} />
      ) : null}
    </>
  );
}

/** A claim's case carries the kind of claim, which its page says in words. */
const KINDS = { paid_not_seen: 1, paid_no_goods: 1, refund_not_arrived: 1, payout_not_arrived: 1 };

/** As it stands now, which may be further than when the case was opened. */
function Payment({ id }: Readonly<{ id: string }>): ReactElement | null {
  const { t, both } = useWords<CasesKey>();
  const trace = useQuery({ queryKey: ['trace', id], queryFn: () => api.trace(id) });
  const verdict = trace.data?.payment.verdict;
  if (verdict === undefined) return null;
  return (
    <section aria-labelledby="stands">
      <h3 id="stands">{t('cases.standsNow')}</h3>
      <p>
        <VerdictMark code={verdict.code} /> {verdict.says === undefined ? '' : both(verdict.says.accountant)}
      </p>
    </section>
  );
}

function Places({ of }: Readonly<{ of: Case }>): ReactElement | null {
  const { t } = useWords<CasesKey>();
  const place = placeOf(of);
  const key = `to.${of.subject_kind}`;
  if (place === undefined || !(key in words)) return null;
  return (
    <p className="work-links">
      <a {...link(place)}>{t(`to.${of.subject_kind as 'payment'}`)} →</a>
      {of.subject_kind === 'payment' || of.payment_id === undefined ? null : (
        <a {...link(`/app/payments/${of.payment_id}`)}>{t('to.payment')} →</a>
      )}
    </p>
  );
}
