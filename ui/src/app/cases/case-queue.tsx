/** Cases: what the program could not settle alone, the oldest first, by reason. */
import { lazy, type ReactElement, type ReactNode } from 'react';
import { type Me, query as queryOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, ToneIcon } from '../../base/parts.tsx';
import { Queue, Tabs } from '../queue.tsx';
import { go, link } from '../route.ts';
import type { Column } from '../table.tsx';
import { type Case, type CasesPage, work } from './api.ts';
import { Ago } from './claim-queue.tsx';
import { reasonOf, toneOfReason } from './reasons.ts';
import type { CasesKey } from './words.ts';

const CasePane = lazy(() => import('./case.tsx'));

type ListProps = Readonly<{ me: Me; query: URLSearchParams; open: string | undefined; above: ReactNode }>;

export function CaseQueue({ me, query, open, above }: ListProps): ReactElement {
  const { t, both } = useWords<CasesKey>();
  const by = {
    state: query.get('state') === 'closed' ? 'closed' : undefined,
    reason: query.get('reason') ?? undefined,
  };
  const addressOf = (id?: string, with_: Partial<typeof by> = {}): string =>
    `/app/cases/work${id === undefined ? '' : `/${id}`}${queryOf({ ...by, ...with_ })}`;
  const asked = { ...by, limit: '100' };
  const row = (one: Case): string => addressOf(one.id);
  const bar = (first: CasesPage | undefined): ReactNode => {
    const reasons = first?.counts ?? [];
    return (
      <>
        <Tabs
          label={t('cases.state')}
          tabs={[
            {
              to: addressOf(undefined, { state: undefined }),
              name: t('cases.todo'),
              count: first && reasons.reduce((n, { count }) => n + count, 0),
              isHere: by.state === undefined,
            },
            {
              to: addressOf(undefined, { state: 'closed' }),
              name: t('cases.closed'),
              isHere: by.state === 'closed',
            },
          ]}
        />
        <div className="work-fields">
          <select
            aria-label={t('cases.reason')}
            value={by.reason ?? ''}
            onChange={({ target }) => go(addressOf(undefined, { reason: target.value || undefined }))}
          >
            <option value="">{t('cases.allReasons')}</option>
            {/* What is chosen is among the choices, also where none of it is left. */}
            {[...new Set([...reasons.map((r) => r.reason), ...(by.reason === undefined ? [] : [by.reason])])].map(
              (reason) => (
                <option key={reason} value={reason}>
                  {both(reasonOf(reason))} {reasons.find((r) => r.reason === reason)?.count ?? ''}
                </option>
              ),
            )}
          </select>
        </div>
      </>
    );
  };
  return (
    <Queue<Case, CasesPage>
      title={t('cases.title')}
      above={above}
      queryKey={['cases', 'list', asked]}
      page={(after, signal) => work.cases({ ...asked, after }, signal)}
      bar={bar}
      full={FULL(t, row)}
      short={SHORT(t, row)}
      keyOf={(one) => one.id}
      open={open}
      addressOf={addressOf}
      pane={(props) => <CasePane me={me} {...props} />}
      nothing={
        by.state === undefined && by.reason === undefined ? (
          <Quiet title={t('cases.noCases')} tone="arrived">
            <p>{t('cases.noCasesHint')}</p>
          </Quiet>
        ) : (
          <Quiet title={t('cases.noneFit')}>
            <a {...link('/app/cases/work')}>{t('cases.showAll')}</a>
          </Quiet>
        )
      }
      acts={me.scopes.includes('act') ? [['a', t('cases.closeIt')]] : []}
      // Cases open and close with what they are about.
      hears={(type) => /^(case|claim|payment|terminal|alert|approval|refund)\./.test(type)}
    />
  );
}

type Say = ReturnType<typeof useWords<CasesKey>>['t'];
type ToRow = (one: Case) => string;

function Reason({ of, to, isShort = false }: Readonly<{ of: Case; to: ToRow; isShort?: boolean }>): ReactElement {
  const { both } = useWords();
  const tone = toneOfReason(of.reason);
  return (
    <a {...link(to(of))} className={`row-says tone-${tone}${of.state === 'closed' ? ' is-over' : ''}`} tabIndex={-1}>
      <ToneIcon tone={tone} />
      <span>
        {both(reasonOf(of.reason))}{' '}
        {isShort ? (
          <small>
            <Ago at={of.opened_at} />
          </small>
        ) : null}
      </span>
    </a>
  );
}

const MONEY = (t: Say): Column<Case> => ({
  key: 'amount',
  title: t('cases.amount'),
  width: '112px',
  isNumber: true,
  cell: (one) => <Money of={one.amount} />,
});

const FULL = (t: Say, to: ToRow): readonly Column<Case>[] => [
  {
    key: 'reason',
    title: t('cases.reason'),
    width: 'minmax(200px, 1fr)',
    cell: (one) => <Reason of={one} to={to} />,
  },
  {
    key: 'subject',
    title: t('cases.subject'),
    width: 'minmax(140px, 0.7fr)',
    cell: (one) => <span translate="no">{one.name ?? '—'}</span>,
  },
  { key: 'age', title: t('cases.age'), width: '112px', cell: (one) => <Ago at={one.opened_at} /> },
  MONEY(t),
];

const SHORT = (t: Say, to: ToRow): readonly Column<Case>[] => [
  {
    key: 'reason',
    title: t('cases.reason'),
    width: 'minmax(120px, 1fr)',
    cell: (one) => <Reason of={one} to={to} isShort />,
  },
  MONEY(t),
];
