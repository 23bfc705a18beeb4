/** What waits for another person's word: by age or by money; and what was decided. */
import '../refund.css';
import type { ReactElement, ReactNode } from 'react';
import { type PageOf, query as queryOf } from '../../base/api.ts';
import { addWords, comma, useWords } from '../../base/lang.ts';
import { Money, Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { agoOf } from '../../base/time.ts';
import { isBelow, isNothing, less } from '../amounts.ts';
import { Mark } from '../form.tsx';
import type { PageProps } from '../pages.ts';
import { Queue, Tabs } from '../queue.tsx';
import { type Approval, approvals } from '../refunds/api.ts';
import { go, link, useRoute } from '../route.ts';
import type { Column } from '../table.tsx';
import ApprovalPane from './approval.tsx';
import { STATE_TONES } from './tones.ts';
import { type ApprovalsKey, words } from './words.ts';

addWords(words);

const SORTS = ['age', 'money'] as const;

export default function Approvals({ me, path }: PageProps): ReactElement {
  const { query } = useRoute();
  const { t, both, lang } = useWords<ApprovalsKey>();
  const open = /^\/approvals\/([0-9a-f-]{36})$/.exec(path)?.[1];
  const state = query.get('state') === 'decided' ? 'decided' : 'waiting';
  const sort = query.get('sort') === 'money' ? 'money' : 'age';
  const by = { state: state === 'waiting' ? undefined : state, sort: sort === 'age' ? undefined : sort };
  const addressOf = (id?: string, with_: Partial<typeof by> = {}): string =>
    `/app/approvals${id === undefined ? '' : `/${id}`}${queryOf({ ...by, ...with_ })}`;
  const mayCheck = me.scopes.includes('approve');

  /** All that wait come at once, so that they can be sorted; what is decided comes in pages. */
  const page = async (after: string | undefined, signal: AbortSignal): Promise<PageOf<Approval>> =>
    state === 'decided'
      ? await approvals.page({ state, limit: '100', after }, signal)
      : { items: sorted(await approvals.waiting(signal), sort) };

  const what = (one: Approval): ReactNode => (
    <a {...link(addressOf(one.id))} className="row-says" tabIndex={-1}>
      <span>
        {t('approvals.gives', { reason: both(one.refund.reason_says) })}{' '}
        <small translate="no">{one.refund.order_ref ?? one.refund.payment_ref}</small>
      </span>
    </a>
  );
  const turn = (one: Approval): ReactNode =>
    one.state !== 'waiting' ? (
      <Mark tone={STATE_TONES[one.state]}>{t(`approval.${one.state}`)}</Mark>
    ) : one.may_decide ? (
      <Mark tone="late">{t('approvals.yours')}</Mark>
    ) : (
      <span className="soft">{t('approvals.others', { agreed: one.agreed, needs: one.needs })}</span>
    );
  const money: Column<Approval> = {
    key: 'amount',
    title: t('approvals.money'),
    width: '124px',
    isNumber: true,
    cell: (one) => <Money of={one.refund.amount} />,
  };
  const full: readonly Column<Approval>[] = [
    { key: 'what', title: t('approvals.what'), width: 'minmax(200px, 1fr)', cell: what },
    { key: 'by', title: t('approvals.by'), width: '140px', cell: (one) => one.made_by.name },
    { key: 'turn', title: t('approvals.turn'), width: '148px', cell: turn },
    {
      key: 'age',
      title: t('approvals.age'),
      width: '140px',
      cell: (one) =>
        one.state === 'waiting' ? (
          <time dateTime={one.made_at}>{agoOf(one.made_at, lang)}</time>
        ) : (
          <Time at={one.decided_at ?? one.made_at} />
        ),
    },
    money,
  ];
  const short: readonly Column<Approval>[] = [
    {
      key: 'what',
      title: t('approvals.what'),
      width: 'minmax(120px, 1fr)',
      cell: (one) => {
        const tone = one.may_decide ? 'late' : one.state === 'waiting' ? 'waiting' : STATE_TONES[one.state];
        return (
          <a {...link(addressOf(one.id))} className={`row-says tone-${tone}`} tabIndex={-1}>
            <ToneIcon tone={tone} />
            <span>
              {both(one.refund.reason_says)}{' '}
              <small>{[one.made_by.name, agoOf(one.made_at, lang)].join(comma(lang))}</small>
            </span>
          </a>
        );
      },
    },
    money,
  ];
  return (
    <Queue<Approval, PageOf<Approval>>
      title={t('approvals.title')}
      queryKey={['approvals', 'list', by]}
      page={page}
      bar={(first) => (
        <>
          <Tabs
            label={t('approvals.state')}
            tabs={[
              {
                to: addressOf(undefined, { state: undefined }),
                name: t('approvals.waiting'),
                count: state === 'waiting' ? first?.items.length : undefined,
                isHere: state === 'waiting',
              },
              {
                to: addressOf(undefined, { state: 'decided', sort: undefined }),
                name: t('approvals.decided'),
                isHere: state === 'decided',
              },
            ]}
          />
          {state === 'decided' ? null : (
            <div className="work-fields">
              <select
                aria-label={t('approvals.sort')}
                value={sort}
                onChange={({ target }) =>
                  go(addressOf(undefined, { sort: target.value === 'money' ? 'money' : undefined }))
                }
              >
                {SORTS.map((one) => (
                  <option key={one} value={one}>
                    {t(`approvalSort.${one}`)}
                  </option>
                ))}
              </select>
            </div>
          )}
        </>
      )}
      full={full}
      short={short}
      keyOf={(one) => one.id}
      open={open}
      addressOf={addressOf}
      pane={(props) => <ApprovalPane me={me} {...props} />}
      nothing={
        state === 'decided' ? (
          <Quiet title={t('approvals.noneDecided')} />
        ) : (
          <Quiet title={t('approvals.none')} tone="arrived">
            <p>{t('approvals.noneHint')}</p>
            <a {...link('/app/settings/policy')}>{t('approvals.toPolicy')}</a>
          </Quiet>
        )
      }
      acts={
        mayCheck
          ? [
              ['a', t('approvals.agree')],
              ['x', t('approvals.reject')],
            ]
          : []
      }
      hears={(type) => type.startsWith('refund.')}
    />
  );
}

/** The oldest first; or the most money first, each currency by itself. */
const sorted = (all: readonly Approval[], sort: (typeof SORTS)[number]): readonly Approval[] =>
  [...all].sort((a, b) => {
    if (sort === 'age') return a.made_at < b.made_at ? -1 : 1;
    const [x, y] = [a.refund.amount, b.refund.amount];
    if (x.currency !== y.currency) return x.currency < y.currency ? -1 : 1;
    const rest = less(y, x);
    return isNothing(rest) ? 0 : isBelow(rest) ? -1 : 1;
  });
