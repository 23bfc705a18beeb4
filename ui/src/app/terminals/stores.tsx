/** The stores: by the code orders write, with a name that may change. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time } from '../../base/parts.tsx';
import { Field, Refused } from '../form.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { asked, terminalApi } from './api.ts';
import type { TerminalsKey } from './words.ts';

export default function Stores({ mayAct }: Readonly<{ mayAct: boolean }>): ReactElement {
  const { t } = useWords<TerminalsKey>();
  const client = useQueryClient();
  const stores = useQuery(asked.stores);
  const [code, setCode] = useState('');
  const [name, setName] = useState('');
  const known = stores.data?.items.find((s) => s.code === code.trim());
  const put = useMutation({
    mutationFn: () => terminalApi.putStore(code.trim(), name.trim()),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['stores'] });
      setCode('');
      setName('');
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (code.trim() !== '' && name.trim() !== '') put.mutate();
  };
  return (
    <div className="columns">
      <div>
        {stores.isError && stores.data === undefined ? (
          <Wrong error={stores.error} retry={() => void stores.refetch()} />
        ) : stores.data === undefined ? (
          <Rows n={4} />
        ) : stores.data.items.length === 0 ? (
          <Quiet title={t('terminals.storesNone')}>
            <p>{t('terminals.storesNoneHint')}</p>
          </Quiet>
        ) : (
          <ul className="panel store-list">
            {stores.data.items.map((s) => (
              <li key={s.code}>
                <strong className="mono">{s.code}</strong>
                <span>{s.name}</span>
                <span className="soft">
                  <Time at={s.created_at} />
                </span>
                <a {...link(`/app/terminals?store=${encodeURIComponent(s.code)}`)}>{t('terminals.itsTerminals')}</a>
                {mayAct ? (
                  <Button
                    size="small"
                    aria-label={`${t('terminals.rename')} ${s.code}`}
                    onClick={() => {
                      setCode(s.code);
                      setName(s.name);
                    }}
                  >
                    {t('terminals.rename')}
                  </Button>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </div>
      {mayAct ? (
        <form className="panel form" onSubmit={submit}>
          <h2>{t(known === undefined ? 'terminals.storeAdd' : 'terminals.storeRename')}</h2>
          <Field label={t('terminals.storeCode')} hint={t('terminals.storeCodeHint')}>
            {(control) => (
              <input
                {...control}
                className="input mono"
                value={code}
                maxLength={64}
                onChange={(e) => setCode(e.target.value)}
              />
            )}
          </Field>
          <Field label={t('terminals.storeName')}>
            {(control) => (
              <input
                {...control}
                className="input"
                value={name}
                maxLength={80}
                onChange={(e) => setName(e.target.value)}
              />
            )}
          </Field>
          <Refused error={put.error} />
          <div className="acts-row">
            <Button
              type="primary"
              htmlType="submit"
              loading={put.isPending}
              disabled={code.trim() === '' || name.trim() === ''}
            >
              {t(known === undefined ? 'terminals.storeAdd' : 'terminals.save')}
            </Button>
          </div>
        </form>
      ) : null}
    </div>
  );
}
