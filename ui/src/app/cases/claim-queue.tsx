/** Claims: the oldest that are not closed first, by whom they wait for. */
import { lazy, type ReactElement, type ReactNode, useEffect, useState } from 'react';
import type { Tone } from '../../../../src/verdicts/catalogue.ts';
import { type Me, query as queryOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, ToneIcon, titleOf, toneOf } from '../../base/parts.tsx';
import { agoOf } from '../../base/time.ts';
import { Mark } from '../form.tsx';
import { Queue, Tabs } from '../queue.tsx';
import { go, link } from '../route.ts';
import type { Column } from '../table.tsx';
import { type Claim, type ClaimsPage, work } from './api.ts';
import type { CasesKey } from './words.ts';

const ClaimPane = lazy(() => import('./claim.tsx'));

const WAITS = ['us', 'channel', 'customer', 'nobody'] as const;
const KINDS = ['paid_not_seen', 'paid_no_goods', 'refund_not_arrived', 'payout_not_arrived'] as const;
export const WAIT_TONES = {
  us: 'late',
  channel: 'moving',
  customer: 'waiting',
  nobody: 'arrived',
} as const satisfies Record<Claim['waits_for'], Tone>;

export const toneOfClaim = (claim: Claim): Tone =>
  claim.verdict === undefined ? 'waiting' : toneOf(claim.verdict.code);
/** What the customer named it by: the order, else the first number that was read. */
export const numberOf = (claim: Claim): string | undefined => claim.order_ref ?? claim.hits[0]?.value;
export const amountOf = (claim: Claim): Claim['amount'] =>
  claim.amount ?? claim.payment?.captured ?? claim.payment?.ordered;

type ListProps = Readonly<{ me: Me; query: URLSearchParams; open: string | undefined; above: ReactNode }>;

export function ClaimQueue({ me, query, open, above }: ListProps): ReactElement {
  const { t } = useWords<CasesKey>();
  const state = query.get('state') === 'closed' ? 'closed' : 'todo';
  const by = {
    waits_for: WAITS.find((who) => who === query.get('waits_for')),
    kind: KINDS.find((kind) => kind === query.get('kind')),
    ref: query.get('ref') ?? undefined,
  };
  const inAddress = { ...by, state: state === 'closed' ? state : undefined };
  const addressOf = (id?: string, with_: Partial<typeof inAddress> = {}): string =>
    `/app/cases${id === undefined ? '' : `/${id}`}${queryOf({ ...inAddress, ...with_ })}`;
  const asked = { ...by, state, sort: state === 'todo' ? 'oldest' : 'newest', limit: '100' };
  const row = (claim: Claim): string => addressOf(claim.id);
  const bar = (first: ClaimsPage | undefined): ReactNode => (
    <>
      <Tabs
        label={t('cases.waitsFor')}
        tabs={[
          {
            to: addressOf(undefined, { waits_for: undefined, state: undefined }),
            name: t('cases.todo'),
            count: first && WAITS.reduce((n, who) => n + first.counts[who], 0),
            isHere: state === 'todo' && by.waits_for === undefined,
          },
          ...WAITS.map((who) => ({
            to: addressOf(undefined, { waits_for: who, state: undefined }),
            name: t(`waits.${who}`),
            count: first?.counts[who],
            isHere: state === 'todo' && by.waits_for === who,
          })),
          {
            to: addressOf(undefined, { waits_for: undefined, state: 'closed' }),
            name: t('cases.closed'),
            isHere: state === 'closed',
          },
        ]}
      />
      <div className="work-fields">
        <Ref value={by.ref ?? ''} set={(ref) => go(addressOf(undefined, { ref }), 'replace')} />
        <select
          aria-label={t('cases.kind')}
          value={by.kind ?? ''}
          onChange={({ target }) => go(addressOf(undefined, { kind: KINDS.find((kind) => kind === target.value) }))}
        >
          <option value="">{t('cases.allKinds')}</option>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {t(`kind.${kind}`)}
            </option>
          ))}
        </select>
      </div>
    </>
  );
  const isFiltered = Object.values(inAddress).some((value) => value !== undefined);
  return (
    <Queue<Claim, ClaimsPage>
      title={t('cases.title')}
      above={above}
      queryKey={['claims', 'list', asked]}
      page={(after, signal) => work.claims({ ...asked, after }, signal)}
      bar={bar}
      full={FULL(t, row)}
      short={SHORT(t, row)}
      keyOf={(claim) => claim.id}
      open={open}
      addressOf={addressOf}
      pane={(props) => <ClaimPane me={me} {...props} />}
      nothing={
        isFiltered ? (
          <Quiet title={t('cases.noneFit')}>
            <a {...link('/app/cases')}>{t('cases.showAll')}</a>
          </Quiet>
        ) : (
          <Quiet title={t('cases.noClaims')} tone="arrived">
            <p>{t('cases.noClaimsHint')}</p>
          </Quiet>
        )
      }
      acts={me.scopes.includes('act') ? [['a', t('cases.endIt')]] : []}
      hears={(type) => type.startsWith('claim.') || type === 'case.closed'}
    />
  );
}

/** Asked when the typing ends, by Enter or by leaving the field: a number is found whole. */
function Ref({ value, set }: Readonly<{ value: string; set: (ref: string | undefined) => void }>): ReactElement {
  const { t } = useWords<CasesKey>();
  const [text, setText] = useState(value);
  useEffect(() => setText(value), [value]);
  const end = (): void => {
    if (text.trim() !== value) set(text.trim() || undefined);
  };
  return (
    <input
      type="search"
      aria-label={t('cases.ref')}
      placeholder={t('cases.ref')}
      value={text}
      maxLength={128}
      onChange={(event) => setText(event.target.value)}
      onBlur={end}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}

type Say = ReturnType<typeof useWords<CasesKey>>['t'];
type ToRow = (claim: Claim) => string;

function Answer({ claim }: Readonly<{ claim: Claim }>): ReactElement {
  const { t, both } = useWords<CasesKey>();
  const tone = toneOfClaim(claim);
  return (
    <span className={`row-says tone-${tone}`}>
      <ToneIcon tone={tone} />
      <span>{claim.verdict === undefined ? t('cases.notAnswered') : both(titleOf(claim.verdict.code))}</span>
    </span>
  );
}

function Said({ claim, to }: Readonly<{ claim: Claim; to: ToRow }>): ReactElement {
  const { t } = useWords<CasesKey>();
  const where = [numberOf(claim), claim.store, claim.terminal, claim.payer].filter((x) => x !== undefined);
  return (
    <a {...link(to(claim))} className={`row-says${claim.state === 'closed' ? ' is-over' : ''}`} tabIndex={-1}>
      <span>
        {t(`kind.${claim.kind}`)} <small>{where.join(' · ')}</small>
      </span>
    </a>
  );
}

export function Ago({ at }: Readonly<{ at: string }>): ReactElement {
  const { lang } = useWords();
  return <time dateTime={at}>{agoOf(at, lang)}</time>;
}

export function WaitsMark({ claim }: Readonly<{ claim: Claim }>): ReactElement {
  const { t } = useWords<CasesKey>();
  if (claim.state === 'closed')
    return (
      <span className="soft">
        {claim.ended === undefined ? t('cases.closed') : t(`end.${claim.ended as 'repaid'}`)}
      </span>
    );
  return <Mark tone={WAIT_TONES[claim.waits_for]}>{t(`waits.${claim.waits_for}`)}</Mark>;
}

const MONEY = (t: Say): Column<Claim> => ({
  key: 'amount',
  title: t('cases.amount'),
  width: '112px',
  isNumber: true,
  cell: (claim) => <Money of={amountOf(claim)} />,
});

const FULL = (t: Say, to: ToRow): readonly Column<Claim>[] => [
  {
    key: 'said',
    title: t('cases.said'),
    width: 'minmax(200px, 1fr)',
    cell: (claim) => <Said claim={claim} to={to} />,
  },
  { key: 'answer', title: t('cases.answered'), width: '190px', cell: (claim) => <Answer claim={claim} /> },
  { key: 'waits', title: t('cases.waitsFor'), width: '132px', cell: (claim) => <WaitsMark claim={claim} /> },
  { key: 'age', title: t('cases.age'), width: '96px', cell: (claim) => <Ago at={claim.created_at} /> },
  MONEY(t),
];

const SHORT = (t: Say, to: ToRow): readonly Column<Claim>[] => [
  {
    key: 'said',
    title: t('cases.said'),
    width: 'minmax(120px, 1fr)',
    cell: (claim) => {
      const tone = claim.state === 'closed' ? 'waiting' : WAIT_TONES[claim.waits_for];
      return (
        <a {...link(to(claim))} className={`row-says tone-${tone}`} tabIndex={-1}>
          <ToneIcon tone={tone} />
          <span>
            {t(`kind.${claim.kind}`)}{' '}
            <small>
              <Ago at={claim.created_at} />
            </small>
          </span>
        </a>
      );
    },
  },
  MONEY(t),
];
