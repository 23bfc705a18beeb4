/** The journal for other programs: a format, a period, a file. */
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { today } from '../../base/time.ts';
import { saveAs } from '../bytes.ts';
import { addMonths, firstOf, lastOf, monthOf } from '../days.ts';
import { Refused } from '../form.tsx';
import { ledger } from './api.ts';
import type { LedgerKey } from './words.ts';

const KINDS = ['voucher', 'csv', 'beancount', 'ledger'] as const;

export default function Export(): ReactElement {
  const { t, lang } = useWords<LedgerKey>();
  const month = monthOf(today());
  const [kind, setKind] = useState<(typeof KINDS)[number]>('voucher');
  const [from, setFrom] = useState(firstOf(month));
  const [to, setTo] = useState(lastOf(month));
  const save = useMutation({
    async mutationFn() {
      const response = await ledger.exported({ kind, from, to, lang });
      const name = /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? 'ledger.txt';
      saveAs(name, await response.blob());
      return name;
    },
  });
  const turn = (m: string): void => {
    setFrom(firstOf(m));
    setTo(lastOf(m));
  };
  return (
    <form
      className="panel export"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <fieldset className="kinds">
        <legend>{t('ledger.format')}</legend>
        {KINDS.map((k) => (
          <label key={k}>
            <input type="radio" name="format" checked={kind === k} onChange={() => setKind(k)} />
            <span>
              {t(`ledger.as_${k}`)} <small>{t(`ledger.as_${k}_says`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="ledger-bar">
        <label>
          {t('ledger.from')}{' '}
          <input
            type="date"
            className="plain-input"
            value={from}
            max={to}
            required
            onChange={(e) => setFrom(e.target.value)}
          />
        </label>
        <label>
          {t('ledger.to')}{' '}
          <input
            type="date"
            className="plain-input"
            value={to}
            min={from}
            required
            onChange={(e) => setTo(e.target.value)}
          />
        </label>
        <button type="button" className="as-link" onClick={() => turn(month)}>
          {t('ledger.thisMonth')}
        </button>
        <button type="button" className="as-link" onClick={() => turn(addMonths(month, -1))}>
          {t('ledger.lastMonth')}
        </button>
      </div>
      <Refused error={save.error} />
      <p className="panel-acts">
        <Button type="primary" htmlType="submit" loading={save.isPending}>
          {t('ledger.save')}
        </Button>
        <span role="status" className="soft">
          {save.isSuccess ? t('ledger.saved', { name: save.data }) : ''}
        </span>
      </p>
      <p className="soft">{t('ledger.exportSays')}</p>
    </form>
  );
}
