/**
 * Money out of suspense, by two people: one asks, another approves what has this hash. Nothing here is optimistic: what is shown has happened.
 */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me, PageOf } from '../../base/api.ts';
import { newKey } from '../../base/ids.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { today } from '../../base/time.ts';
import { isBelow, sizeOf } from '../amounts.ts';
import { Mark, Refused } from '../form.tsx';
import { Prompt } from '../prompt.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { ledger, type Proposal, type Suspended } from './api.ts';
import { at, useWhose } from './parts.tsx';
import type { LedgerKey } from './words.ts';

const KINDS = ['write_off', 'compensation', 'fx'] as const;

export default function OpenPage({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const { query } = useRoute();
  const isDecided = query.get('show') === 'decided';
  return (
    <>
      <p className="lead-line">{t('ledger.suspenseLead')}</p>
      {isDecided ? (
        <Decided me={me} />
      ) : (
        <>
          <Waiting me={me} />
          <Lying me={me} />
          <p className="after-list">
            <a {...link(at('/suspense?show=decided'))}>{t('ledger.showDecided')} →</a>
          </p>
        </>
      )}
    </>
  );
}

const mine = (p: Proposal, me: Me): boolean => p.proposed_by === `${me.kind}:${me.id}`;
const useDone = (): (() => Promise<void>) => {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ['ledger'] });
};

function Waiting({ me }: Readonly<{ me: Me }>): ReactElement | null {
  const { t } = useWords<LedgerKey>();
  const list = useQuery({
    queryKey: ['ledger', 'proposals', 'proposed'],
    queryFn: () => ledger.proposals({ state: 'proposed', limit: '200' }),
  });
  const items = list.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby="waiting">
      <h2 className="section" id="waiting">
        {t('ledger.waiting', { count: items.length })}
      </h2>
      <ul className="proposals">
        {items.map((p) => (
          <li key={p.id}>
            <One of={p} me={me} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function One({ of, me }: Readonly<{ of: Proposal; me: Me }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const done = useDone();
  const [isAsking, setAsking] = useState<'approve' | 'reject'>();
  const decide = useMutation({
    mutationFn: (how: 'approve' | 'reject') => (how === 'approve' ? ledger.approve(of) : ledger.reject(of)),
    async onSuccess() {
      setAsking(undefined);
      await done();
    },
  });
  const isMine = mine(of, me);
  const may = me.scopes.includes('act');
  return (
    <article className="panel proposal" aria-label={`${t(`ledger.${of.kind}`)} ${of.reason}`}>
      <p className="proposal-what">
        <strong>{t(`ledger.${of.kind}`)}</strong>
        <Money of={of.amount} large />
        <small className="soft">{t(of.side === 'loss' ? 'ledger.asLoss' : 'ledger.asGain')}</small>
      </p>
      <div className="proposal-why">
        <p>“{of.reason}”</p>
        <p className="soft">
          {of.proposed_by_name ?? of.proposed_by} · <Time at={of.proposed_at} /> ·{' '}
          {t('ledger.onDay', { on: of.business_on })} ·{' '}
          <a {...link(at(`/entries?break=${of.break}`))}>{t('ledger.itsBreak')}</a>
        </p>
        <p className="soft">
          {t('ledger.hash')}{' '}
          <code title={of.hash} translate="no">
            {of.hash.slice(0, 12)}
          </code>
        </p>
      </div>
      <div className="proposal-acts">
        {!may ? (
          <p className="soft">{t('ledger.mayOperator')}</p>
        ) : isMine ? (
          <>
            <p className="own tone-waiting">
              <ToneIcon tone="waiting" size={14} />
              {t('ledger.ownProposal')}
            </p>
            <Button onClick={() => setAsking('reject')}>{t('ledger.takeBack')}</Button>
          </>
        ) : (
          <>
            <Button type="primary" onClick={() => setAsking('approve')}>
              {t('ledger.approve')}
            </Button>
            <Button onClick={() => setAsking('reject')}>{t('ledger.reject')}</Button>
          </>
        )}
      </div>
      {isAsking === undefined ? null : (
        <Prompt
          title={t(
            isAsking === 'approve' ? 'ledger.approveTitle' : isMine ? 'ledger.takeBackTitle' : 'ledger.rejectTitle',
          )}
          close={() => {
            setAsking(undefined);
            decide.reset();
          }}
          error={decide.error}
          does={{
            says: t(isAsking === 'approve' ? 'ledger.approveAndPost' : isMine ? 'ledger.takeBack' : 'ledger.reject'),
            run: () => decide.mutate(isAsking),
            isBusy: decide.isPending,
            isDangerous: isAsking === 'reject',
          }}
        >
          <p>
            {t(`ledger.${of.kind}`)} <Money of={of.amount} />: “{of.reason}”
          </p>
          {isAsking === 'approve' ? (
            <p className="soft">
              {t('ledger.approveSays')} <code translate="no">{of.hash.slice(0, 12)}</code>
            </p>
          ) : null}
        </Prompt>
      )}
    </article>
  );
}

function Lying({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, both } = useWords<LedgerKey>();
  const whose = useWhoseOf();
  const [chosen, choose] = useState<Suspended>();
  const list = useInfiniteQuery({
    queryKey: ['ledger', 'suspense'],
    queryFn: ({ pageParam }) => ledger.suspense(pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Suspended>) => last.next,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const may = me.scopes.includes('act');
  return (
    <section aria-labelledby="lying">
      <h2 className="section" id="lying">
        {t('ledger.lying')}
      </h2>
      {list.isError && items.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Rows n={6} />
      ) : items.length === 0 ? (
        <Quiet title={t('ledger.nothingLies')}>
          <p>{t('ledger.nothingLiesHint')}</p>
        </Quiet>
      ) : (
        <ul className="lying">
          {items.map((s) => (
            <li key={`${s.break}${s.amount.currency}`}>
              <div>
                <p>{s.says === undefined ? s.break : both(s.says)}</p>
                <p className="soft">
                  {[s.business_on, whose(s), s.order_ref].filter((x) => x !== undefined && x !== '').join(' · ')}
                  {' · '}
                  <a {...link(at(`/entries?break=${s.break}`))}>{t('ledger.itsEntries')}</a>
                  {s.reconciliation_id === undefined ? null : (
                    <>
                      {' · '}
                      <a {...link(`/app/breaks/${s.reconciliation_id}/${s.n}`)}>{t('ledger.openBreak')}</a>
                    </>
                  )}
                </p>
              </div>
              <span className="lying-sum">
                <Money of={sizeOf(s.amount)} />
                <small className="soft">{t(isBelow(s.amount) ? 'ledger.tooMuch' : 'ledger.missing')}</small>
              </span>
              {s.proposal_id !== undefined ? (
                <Mark tone="waiting">{t('ledger.isAsked')}</Mark>
              ) : may ? (
                <Button size="small" onClick={() => choose(s)}>
                  {t('ledger.propose')}
                </Button>
              ) : (
                <span />
              )}
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <p className="more">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('ledger.more')}
          </Button>
        </p>
      ) : null}
      {chosen === undefined ? null : <Propose of={chosen} close={() => choose(undefined)} />}
    </section>
  );
}

function useWhoseOf(): (s: Suspended) => string {
  const whose = useWhose();
  return ({ channel, account }) =>
    whose({
      id: '',
      code: 'suspense',
      number: '',
      name: { en: '', zh: '' },
      kind: 'asset',
      currency: '',
      channel,
      account,
    });
}

function Propose({ of, close }: Readonly<{ of: Suspended; close: () => void }>): ReactElement {
  const { t, both } = useWords<LedgerKey>();
  const done = useDone();
  const most = sizeOf(of.amount);
  const [kind, setKind] = useState<(typeof KINDS)[number]>('write_off');
  const [amount, setAmount] = useState(most.amount);
  const [on, setOn] = useState(today);
  const [reason, setReason] = useState('');
  // One key for what is asked: a second press, or a try after silence, asks once.
  const [key] = useState(() => newKey());
  const propose = useMutation({
    mutationFn: () =>
      ledger.propose(
        { kind, break: of.break, amount: { amount: amount.trim(), currency: most.currency }, business_on: on, reason },
        key,
      ),
    async onSuccess() {
      close();
      await done();
    },
  });
  return (
    <Prompt
      title={t('ledger.proposeTitle')}
      close={close}
      error={propose.error}
      does={{
        says: t('ledger.propose'),
        run: () => propose.mutate(),
        isBusy: propose.isPending,
        isReady: reason.trim() !== '' && amount.trim() !== '',
      }}
    >
      <p>{of.says === undefined ? of.break : both(of.says)}</p>
      <fieldset className="kinds">
        <legend>{t('ledger.how')}</legend>
        {KINDS.map((k) => (
          <label key={k}>
            <input type="radio" name="kind" checked={kind === k} onChange={() => setKind(k)} />
            <span>
              {t(`ledger.${k}`)}{' '}
              <small>{t(k === 'write_off' && isBelow(of.amount) ? 'ledger.write_off_gain' : `ledger.${k}_says`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <label className="field">
        <span>{t('ledger.howMuch', { most: `${most.amount} ${most.currency}` })}</span>
        <input
          className="plain-input"
          inputMode="decimal"
          value={amount}
          onChange={(e) => setAmount(e.target.value)}
          required
        />
      </label>
      <label className="field">
        <span>{t('ledger.businessOn')}</span>
        <input type="date" className="plain-input" value={on} onChange={(e) => setOn(e.target.value)} required />
      </label>
      <label className="field">
        <span>{t('ledger.reason')}</span>
        <textarea
          className="plain-input"
          rows={2}
          maxLength={500}
          value={reason}
          onChange={(e) => setReason(e.target.value)}
          required
        />
      </label>
      <p className="soft">{t('ledger.proposeSays')}</p>
    </Prompt>
  );
}

function Decided({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<LedgerKey>();
  const { query } = useRoute();
  const state = query.get('state') === 'rejected' ? 'rejected' : 'posted';
  const list = useInfiniteQuery({
    queryKey: ['ledger', 'proposals', state],
    queryFn: ({ pageParam }) => ledger.proposals({ state, after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Proposal>) => last.next,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section>
      <p className="crumb">
        <a {...link(at('/suspense'))}>← {t('ledger.suspense')}</a>
      </p>
      <p className="ledger-bar">
        {(['posted', 'rejected'] as const).map((s) => (
          <Button
            key={s}
            type={s === state ? 'primary' : 'default'}
            size="small"
            aria-pressed={s === state}
            onClick={() => go(at(`/suspense?show=decided&state=${s}`), 'replace')}
          >
            {t(`ledger.${s}`)}
          </Button>
        ))}
      </p>
      <Refused error={list.error} />
      {list.isPending ? (
        <Rows n={4} />
      ) : items.length === 0 ? (
        <Quiet title={t('ledger.noDecided')} />
      ) : (
        <ul className="lying">
          {items.map((p) => (
            <li key={p.id}>
              <div>
                <p>
                  {t(`ledger.${p.kind}`)}: “{p.reason}”
                </p>
                <p className="soft">
                  {t('ledger.askedBy', { who: mine(p, me) ? t('ledger.you') : (p.proposed_by_name ?? p.proposed_by) })}{' '}
                  <Time at={p.proposed_at} /> ·{' '}
                  {t(state === 'posted' ? 'ledger.approvedBy' : 'ledger.rejectedBy', {
                    who: p.decided_by_name ?? p.decided_by ?? '',
                  })}{' '}
                  {p.decided_at === undefined ? null : <Time at={p.decided_at} />} ·{' '}
                  <a {...link(at(`/entries?break=${p.break}`))}>{t('ledger.itsEntries')}</a>
                </p>
              </div>
              <span className="lying-sum">
                <Money of={p.amount} />
              </span>
              <code translate="no" title={p.hash}>
                {p.hash.slice(0, 12)}
              </code>
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <p className="more">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('ledger.more')}
          </Button>
        </p>
      ) : null}
    </section>
  );
}
