/** Payments and codes that do not fit the registry: what was said, how often, how much; registered from here, or closed with a note. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Switch } from 'antd';
import { type ReactElement, useState } from 'react';
import { api, type PageOf } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Money, Quiet, Time } from '../../base/parts.tsx';
import { Field, Mark, Refused } from '../form.tsx';
import { go, link, useRoute } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { type Finding, terminalApi } from './api.ts';
import { toneOfResult } from './tone.ts';
import type { TerminalsKey } from './words.ts';

export default function Findings({ mayAct }: Readonly<{ mayAct: boolean }>): ReactElement {
  const { t } = useWords<TerminalsKey>();
  const { query } = useRoute();
  const isOpen = query.get('all') === null;
  const list = useInfiniteQuery({
    queryKey: ['findings', isOpen ? 'open list' : 'all list'],
    queryFn: ({ pageParam }) => terminalApi.findings(isOpen, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: PageOf<Finding>) => last.next,
    refetchInterval: 30_000,
  });
  const channels = useQuery({ queryKey: ['channels'], queryFn: api.channels, staleTime: 60_000 });
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <>
      <p className="acts-row switch-line">
        <Switch
          size="small"
          aria-label={t('terminals.alsoClosed')}
          checked={!isOpen}
          onChange={(all) => go(`/app/terminals/findings${all ? '?all=1' : ''}`, 'replace')}
        />
        <span>{t('terminals.alsoClosed')}</span>
      </p>
      {list.isPending ? (
        <Rows n={5} />
      ) : list.isError && rows.length === 0 ? (
        <Wrong error={list.error} retry={() => void list.refetch()} />
      ) : rows.length === 0 ? (
        <Quiet title={t('terminals.findingsNone')} tone="arrived">
          <p>{t('terminals.findingsNoneHint')}</p>
        </Quiet>
      ) : (
        <ul className="findings">
          {rows.map((f) => (
            <li key={f.id} className="panel">
              <One
                finding={f}
                mayAct={mayAct}
                account={channels.data?.items.find((c) => c.id === f.account_id)?.name}
              />
            </li>
          ))}
        </ul>
      )}
      {list.hasNextPage ? (
        <p className="more">
          <Button loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            {t('terminals.more')}
          </Button>
        </p>
      ) : null}
    </>
  );
}

function One({
  finding: f,
  mayAct,
  account,
}: Readonly<{ finding: Finding; mayAct: boolean; account: string | undefined }>): ReactElement {
  const { t } = useWords<TerminalsKey>();
  const client = useQueryClient();
  const [isClosing, setClosing] = useState(false);
  const [note, setNote] = useState('');
  const close = useMutation({
    mutationFn: () => terminalApi.close(f.id, note.trim()),
    onSuccess: () => client.invalidateQueries({ queryKey: ['findings'] }),
  });
  const isCode = f.kind.endsWith('_code') || f.kind === 'other_store';
  const fill = new URLSearchParams({
    ...(isCode ? {} : { no: f.said }),
    ...(f.store && { store: f.store }),
    ...(f.account_id && { account: f.account_id }),
  });
  return (
    <>
      <div className="panel-head">
        <Mark tone={f.closed_at === undefined ? toneOfResult(f.kind) : 'waiting'}>{t(`finding.${f.kind}`)}</Mark>
        <strong className="mono" translate="no">
          {isCode ? `${f.said.slice(0, 12)}…` : f.said}
        </strong>
        {f.amount === undefined ? null : (
          <span className="to-right">
            <Money of={f.amount} />
          </span>
        )}
      </div>
      <p>{t(`findingAbout.${f.kind}`)}</p>
      <p className="soft facts-line">
        <span>{t(isCode ? 'terminals.scans' : 'terminals.paymentsMany', { n: f.times })}</span>
        {account === undefined ? null : <span>{account}</span>}
        {f.store === undefined ? null : (
          <span>
            {t('terminals.store')} {f.store}
          </span>
        )}
        <span>
          <Time at={f.first_at} /> – <Time at={f.last_at} ago />
        </span>
      </p>
      {f.closed_at !== undefined ? (
        <p className="soft">
          {t('terminals.closedOn')} <Time at={f.closed_at} />
          {f.close_note === undefined ? '' : ` · ${f.close_note}`}
        </p>
      ) : isClosing ? (
        <form
          className="form"
          onSubmit={(event) => {
            event.preventDefault();
            if (note.trim() !== '') close.mutate();
          }}
        >
          <Field label={t('terminals.closeNote')} hint={t('terminals.closeHint')}>
            {(control) => (
              <input
                {...control}
                className="input"
                value={note}
                maxLength={1_000}
                onChange={(e) => setNote(e.target.value)}
              />
            )}
          </Field>
          <Refused error={close.error} />
          <div className="acts-row">
            <Button type="primary" htmlType="submit" disabled={note.trim() === ''} loading={close.isPending}>
              {t('terminals.close')}
            </Button>
            <Button type="text" onClick={() => setClosing(false)}>
              {t('terminals.cancel')}
            </Button>
          </div>
        </form>
      ) : (
        <div className="acts-row">
          {f.kind === 'terminal_unregistered' && mayAct ? (
            <Button onClick={() => go(`/app/terminals/new?${fill}`)}>{t('terminals.registerIt')}</Button>
          ) : null}
          {f.terminal_id === undefined ? null : (
            <a {...link(`/app/terminals/${f.terminal_id}`)}>{t('terminals.openOne')}</a>
          )}
          {mayAct ? <Button onClick={() => setClosing(true)}>{t('terminals.close')}</Button> : null}
        </div>
      )}
    </>
  );
}
