/** What a reconciliation is asked with: these documents, whose orders are the merchant's side, and the zone of local times. */
import { useMutation } from '@tanstack/react-query';
import { Radio } from 'antd';
import { type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { ZONE } from '../../base/time.ts';
import { wordFor } from '../line-words.ts';
import { Prompt } from '../prompt.tsx';
import { go } from '../route.ts';
import { books, type Document } from './api.ts';
import { ROLES } from './say.ts';
import type { ImportsKey } from './words.ts';

type Orders = 'documents' | 'book' | 'none';
const ZONES = Intl.supportedValuesOf('timeZone');

export default function ReconcileThese({
  documents,
  close,
}: Readonly<{ documents: readonly Document[]; close: () => void }>): ReactElement {
  const { t, lang } = useWords<ImportsKey>();
  const parts = documents.flatMap((document) => document.parts ?? []);
  const roles = [...new Set(parts.map((part) => part.role).filter((role) => role !== undefined))];
  const hasOrders = roles.includes('order');
  // Bank statements reach beyond the days of the orders.
  const dated = parts.filter((part) => part.role === 'channel' || part.role === 'balance');
  const days = (dated.length > 0 ? dated : parts)
    .flatMap((part) => [part.from, part.to])
    .filter((day) => day !== undefined)
    .sort();
  const [orders, setOrders] = useState<Orders>(hasOrders ? 'documents' : days.length > 0 ? 'book' : 'none');
  const [from, setFrom] = useState(days[0] ?? '');
  const [to, setTo] = useState(days.at(-1) ?? '');
  const [zone, setZone] = useState<string>(ZONE);
  const isReady = ZONES.includes(zone) && (orders !== 'book' || (from !== '' && to !== '' && from <= to));
  const run = useMutation({
    mutationFn: () =>
      books.reconcile({
        documents: documents.map(({ id }) => id),
        timezone: zone,
        ...(orders === 'book' && { orders: { from, to } }),
      }),
    onSuccess: ({ id }) => go(`/app/reconciliations/${id}`),
  });
  const missing = (['channel', 'bank'] as const).filter((role) => !roles.includes(role));
  return (
    <Prompt
      title={t('imports.ask.title', { n: documents.length })}
      close={close}
      error={run.error}
      does={{ says: t('imports.ask.yes'), run: () => run.mutate(), isBusy: run.isPending, isReady }}
    >
      <div className="ask-run">
        <ul className="ask-documents">
          {documents.map((document) => (
            <li key={document.id}>
              <span translate="no">{document.name}</span>
              <small className="soft">
                {[...new Set((document.parts ?? []).map((part) => wordFor(ROLES, part.role ?? '', lang)))].join(' · ')}
              </small>
            </li>
          ))}
        </ul>
        <fieldset>
          <legend>{t('imports.ask.orders')}</legend>
          <Radio.Group
            value={orders}
            onChange={(event) => setOrders(event.target.value)}
            options={[
              ...(hasOrders ? [{ value: 'documents', label: t('imports.ask.documents') }] : []),
              ...(hasOrders ? [] : [{ value: 'none', label: t('imports.ask.none') }]),
              { value: 'book', label: t('imports.ask.book') },
            ]}
          />
          {orders === 'book' ? (
            <div className="ask-days">
              <label>
                {t('imports.ask.from')}
                <input type="date" value={from} max={to} onChange={(event) => setFrom(event.target.value)} />
              </label>
              <label>
                {t('imports.ask.to')}
                <input type="date" value={to} min={from} onChange={(event) => setTo(event.target.value)} />
              </label>
            </div>
          ) : null}
        </fieldset>
        <label className="field">
          {t('imports.ask.zone')}
          <input list="zones" value={zone} onChange={(event) => setZone(event.target.value)} />
          <datalist id="zones">
            {ZONES.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </label>
        {missing.length > 0 && parts.length > 0 ? (
          <p className="soft">
            {t('imports.ask.missing', {
              what: missing.map((role) => wordFor(ROLES, role, lang)).join(lang === 'zh' ? '、' : ', '),
            })}
          </p>
        ) : null}
      </div>
    </Prompt>
  );
}
