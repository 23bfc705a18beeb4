/** What knocked and was not let in: how often, why, and its first bytes. It never touches a payment. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import type { ReactElement } from 'react';
import type { PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time } from '../../base/parts.tsx';
import { Mark } from '../form.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Rejected, settings } from './api.ts';
import { useChannels } from './messages.tsx';
import { at } from './parts.tsx';
import type { SettingsKey } from './words.ts';

/** As the channels' checks name them; another is shown as it is. */
const REASONS = [
  'bad_signature',
  'probe',
  'stale',
  'unknown_key',
  'unreadable',
  'wrong_account',
  'wrong_channel',
] as const;

const textOf = (base64: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(base64), (c) => c.charCodeAt(0)));

export default function RejectedPage(): ReactElement {
  const { t } = useWords<SettingsKey>();
  const { query } = useRoute();
  const { nameOf, options } = useChannels();
  const account = query.get('account') ?? undefined;
  const list = useInfiniteQuery({
    queryKey: ['rejected', account ?? ''],
    queryFn: ({ pageParam }) => settings.rejected({ account_id: account, after: pageParam }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Rejected>) => last.next,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const why = (reason: string): string =>
    REASONS.some((r) => r === reason) ? t(`settings.why_${reason as 'unknown_key'}`) : reason;
  return (
    <>
      <p className="crumb">
        <a {...link(at('/messages'))}>← {t('settings.messages')}</a>
      </p>
      <div className="bar">
        <p className="lead">{t('settings.rejectedLead')}</p>
        <Select
          className="by-state"
          aria-label={t('settings.channel')}
          value={account ?? ''}
          onChange={(v: string) => go(at(`/messages/rejected${v === '' ? '' : `?account=${v}`}`), 'replace')}
          options={[...options]}
          popupMatchSelectWidth={false}
        />
      </div>
      {list.isError && items.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : list.isPending ? (
        <Rows n={6} />
      ) : items.length === 0 ? (
        <Quiet title={t('settings.noRejected')}>
          <p>{t('settings.noRejectedHint')}</p>
        </Quiet>
      ) : (
        <ul className="cards">
          {items.map((r) => (
            <li key={`${r.account_id}${r.reason}${r.sha256}`} className="panel rejected" data-reason={r.reason}>
              <p className="rejected-head">
                <Mark tone="no">{why(r.reason)}</Mark>
                <strong>{nameOf(r.account_id, r.provider)}</strong>
                <span className="soft">
                  {t('settings.times', { count: r.times })} · {t('settings.lastTime')} <Time at={r.last_at} ago />
                </span>
              </p>
              <p className="soft">{r.detail}</p>
              <details>
                <summary>
                  {t('settings.firstBytes', { count: r.size })}{' '}
                  <code translate="no" title={r.sha256}>
                    {r.sha256.slice(0, 16)}…
                  </code>
                </summary>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
                <pre tabIndex={0} translate="no">
                  {textOf(r.first_bytes)}
                </pre>
              </details>
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <p className="more">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('settings.more')}
          </Button>
        </p>
      ) : null}
    </>
  );
}
