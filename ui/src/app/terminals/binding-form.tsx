/** Where a terminal stands and whose money it takes: the fields that applying for one and moving one share. */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { api } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { PROVIDERS } from '../../base/parts.tsx';
import { Field } from '../form.tsx';
import { link } from '../route.ts';
import { asked, type Terminal } from './api.ts';
import type { TerminalsKey } from './words.ts';

export type Bound = Readonly<{
  store: string;
  account_id: string;
  terminal_no: string;
  code: string;
  payee: string;
  merchant: string;
  merchant_no: string;
  settle_merchant_no: string;
}>;
export const UNBOUND: Bound = {
  store: '',
  account_id: '',
  terminal_no: '',
  code: '',
  payee: '',
  merchant: '',
  merchant_no: '',
  settle_merchant_no: '',
};
export const boundOf = (terminal: Terminal): Bound =>
  Object.fromEntries(Object.keys(UNBOUND).map((key) => [key, terminal[key as keyof Bound] ?? ''])) as unknown as Bound;

/** What is new, as the server takes it; what was emptied is taken away. */
export const changedOf = (now: Bound, before: Bound): Readonly<Partial<Record<keyof Bound, string | null>>> =>
  Object.fromEntries(
    (Object.keys(UNBOUND) as Array<keyof Bound>)
      .filter((key) => now[key].trim() !== before[key])
      .map((key) => [key, now[key].trim() === '' ? null : now[key].trim()]),
  );

export function BindingFields({
  kind,
  bound,
  change,
}: Readonly<{ kind: string; bound: Bound; change: (bound: Bound) => void }>): ReactElement {
  const { t, both } = useWords<TerminalsKey>();
  const stores = useQuery(asked.stores);
  const channels = useQuery({ queryKey: ['channels'], queryFn: api.channels, staleTime: 60_000 });
  const put = (key: keyof Bound, value: string): void => change({ ...bound, [key]: value });
  const text = (key: keyof Bound, label: TerminalsKey, hint?: TerminalsKey): ReactElement => (
    <Field label={t(label)} hint={hint === undefined ? undefined : t(hint)}>
      {(control) => (
        <input
          {...control}
          className="input"
          value={bound[key]}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => put(key, event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <>
      <div className="two">
        <Field
          label={t('terminals.store')}
          hint={
            stores.data?.items.length === 0 ? (
              <a {...link('/app/terminals/stores')}>{t('terminals.storesNoneHint')}</a>
            ) : undefined
          }
        >
          {(control) => (
            <select
              {...control}
              className="input"
              value={bound.store}
              onChange={(event) => put('store', event.target.value)}
            >
              <option value="">—</option>
              {stores.data?.items.map((s) => (
                <option key={s.code} value={s.code}>
                  {s.code} · {s.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('terminals.account')}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={bound.account_id}
              onChange={(event) => put('account_id', event.target.value)}
            >
              <option value="">—</option>
              {channels.data?.items.map((c) => (
                <option key={c.id} value={c.id}>
                  {both(PROVIDERS[c.provider] ?? { zh: c.provider, en: c.provider })} · {c.name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      {kind === 'code' ? (
        <>
          {text('code', 'terminals.codeContent', 'terminals.codeContentHint')}
          {text('payee', 'terminals.payee', 'terminals.payeeHint')}
        </>
      ) : (
        text('terminal_no', 'terminals.terminalNo', 'terminals.terminalNoHint')
      )}
      <details>
        <summary>{t('terminals.moreFields')}</summary>
        <div className="two">
          {kind === 'code' ? text('terminal_no', 'terminals.terminalNo') : text('payee', 'terminals.payee')}
          {text('merchant', 'terminals.merchant')}
          {text('merchant_no', 'terminals.merchantNo')}
          {text('settle_merchant_no', 'terminals.settleNo')}
        </div>
      </details>
    </>
  );
}
