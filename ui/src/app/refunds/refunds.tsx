/** Every refund that was asked for here, newest first, by how far it is. */
import '../refund.css';
import type { ReactElement, ReactNode } from 'react';
import { type PageOf, query as queryOf } from '../../base/api.ts';
import { addWords, useWords } from '../../base/lang.ts';
import { Money, Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import type { PageProps } from '../pages.ts';
import { Queue, Tabs } from '../queue.tsx';
import { link, useRoute } from '../route.ts';
import type { Column } from '../table.tsx';
import { type Refund, refunds } from './api.ts';
import { RefundMark, STATE_TONES } from './parts.tsx';
import Story from './story.tsx';
import { type RefundsKey, words } from './words.ts';

addWords(words);

const VIEWS = ['all', 'open', 'waiting', 'at_channel', 'done', 'refused'] as const;

export default function Refunds({ me, path }: PageProps): ReactElement {
  const { query } = useRoute();
  const { t, both } = useWords<RefundsKey>();
  const open = /^\/refunds\/([0-9a-f-]{36})$/.exec(path)?.[1];
  const view = VIEWS.find((v) => v === query.get('state')) ?? 'all';
  const addressOf = (id?: string, to = view): string =>
    `/app/refunds${id === undefined ? '' : `/${id}`}${queryOf({ state: to === 'all' ? undefined : to })}`;
  const asked = { state: view === 'all' ? undefined : view, limit: '100' };
  const may = me.scopes.includes('refund');
  const order = (r: Refund): ReactNode => (
    <a {...link(addressOf(r.id))} className="row-says" tabIndex={-1}>
      <span translate="no">{r.order_ref ?? r.payment_ref}</span>
    </a>
  );
  const money: Column<Refund> = {
    key: 'amount',
    title: t('refunds.money'),
    width: '118px',
    isNumber: true,
    cell: (r) => <Money of={r.amount} />,
  };
  const full: readonly Column<Refund>[] = [
    { key: 'state', title: t('refunds.state'), width: '148px', cell: (r) => <RefundMark of={r} /> },
    { key: 'order', title: t('refunds.order'), width: 'minmax(140px, 1fr)', cell: order },
    { key: 'reason', title: t('refunds.reason'), width: 'minmax(120px, 0.8fr)', cell: (r) => both(r.reason_says) },
    {
      key: 'by',
      title: t('refunds.by'),
      width: '132px',
      cell: (r) => (r.made_by.actor === 'policy' ? t('refunds.byPolicy') : r.made_by.name),
    },
    { key: 'at', title: t('refunds.at'), width: '148px', cell: (r) => <Time at={r.made_at} /> },
    money,
  ];
  const short: readonly Column<Refund>[] = [
    {
      key: 'order',
      title: t('refunds.state'),
      width: 'minmax(120px, 1fr)',
      cell: (r) => (
        <a {...link(addressOf(r.id))} className={`row-says tone-${STATE_TONES[r.state]}`} tabIndex={-1}>
          <ToneIcon tone={STATE_TONES[r.state]} />
          <span>
            {both(r.state_says)} <small>{both(r.reason_says)}</small>
          </span>
        </a>
      ),
    },
    money,
  ];
  return (
    <Queue<Refund, PageOf<Refund>>
      title={t('refunds.pages')}
      queryKey={['refunds', 'list', asked]}
      page={(after, signal) => refunds.page({ ...asked, after }, signal)}
      bar={() => (
        <Tabs
          label={t('refunds.state')}
          tabs={VIEWS.map((v) => ({
            to: addressOf(undefined, v),
            name: t(`view.${v}`),
            isHere: v === view,
          }))}
        />
      )}
      full={full}
      short={short}
      keyOf={(r) => r.id}
      open={open}
      addressOf={addressOf}
      pane={({ id }) => <Story id={id} may={may} />}
      nothing={
        <Quiet title={t(view === 'all' ? 'refunds.none' : 'refunds.noneFit')}>
          <p>{view === 'all' ? t('refunds.noneHint') : <a {...link('/app/refunds')}>{t('view.all')}</a>}</p>
        </Quiet>
      }
      acts={[]}
      hears={(type) => type.startsWith('refund.')}
    />
  );
}
