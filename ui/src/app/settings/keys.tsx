/** API keys: what each may do, when it was last used; made once, shown once, revoked for good. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me } from '../../base/api.ts';
import { comma, useWords } from '../../base/lang.ts';
import { Quiet, Time } from '../../base/parts.tsx';
import { Prompt } from '../prompt.tsx';
import { Rows, Wrong } from '../state.tsx';
import { type Key, settings } from './api.ts';
import { Once } from './parts.tsx';
import type { SettingsKey } from './words.ts';

const SCOPES = ['read', 'orders', 'act', 'refund', 'approve', 'admin'] as const;
type Scope = (typeof SCOPES)[number];

export default function Keys({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<SettingsKey>();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ['keys'], queryFn: settings.keys });
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<Key>();
  const [going, setGoing] = useState<Key>();
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: ['keys'] });
  const revoke = useMutation({
    mutationFn: (key: Key) => settings.revokeKey(key.id),
    async onSuccess() {
      setGoing(undefined);
      await renew();
    },
  });
  if (list.isError && list.data === undefined) return <Wrong error={list.error} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <Rows n={6} />;
  // Those in use first; what is revoked stays to be seen.
  const items = [...list.data.items].sort(
    (a, b) => Number(a.revoked_at !== undefined) - Number(b.revoked_at !== undefined),
  );
  return (
    <>
      <div className="bar">
        <p className="lead">{t(me.livemode ? 'settings.keysLive' : 'settings.keysTest')}</p>
        <Button type="primary" onClick={() => setMaking(true)}>
          {t('settings.makeKey')}
        </Button>
      </div>
      {items.length === 0 ? (
        <Quiet title={t('settings.noKeys')}>
          <p>{t('settings.noKeysHint')}</p>
        </Quiet>
      ) : (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('settings.name')}</th>
              <th scope="col">{t('settings.prefix')}</th>
              <th scope="col">{t('settings.may')}</th>
              <th scope="col">{t('settings.lastUsed')}</th>
              <th scope="col">
                <span className="hidden">{t('settings.revoke')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {items.map((k) => (
              <tr key={k.id} className={k.revoked_at === undefined ? undefined : 'is-gone'} data-key={k.name}>
                <td>
                  <strong>{k.name}</strong>
                </td>
                <td>
                  <code translate="no">{k.prefix}…</code>
                </td>
                <td>{k.scopes.map((s) => t(`settings.scope_${s as Scope}`)).join(comma(lang))}</td>
                <td className="soft">
                  {k.last_used_at === undefined ? t('settings.never') : <Time at={k.last_used_at} ago />}
                </td>
                <td className="acts">
                  {k.revoked_at === undefined ? (
                    <Button size="small" danger onClick={() => setGoing(k)}>
                      {t('settings.revoke')}
                    </Button>
                  ) : (
                    <small className="soft">
                      {t('settings.revoked')} <Time at={k.revoked_at} />
                    </small>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {isMaking ? (
        <Make
          close={() => setMaking(false)}
          done={(key) => {
            setMaking(false);
            setMade(key);
            void renew();
          }}
        />
      ) : null}
      {made === undefined ? null : (
        <Prompt title={t('settings.keyMade', { name: made.name })} close={() => setMade(undefined)}>
          <p>{t('settings.onceSays')}</p>
          <Once label={t('settings.key')} value={made.key ?? ''} />
        </Prompt>
      )}
      {going === undefined ? null : (
        <Prompt
          title={t('settings.revokeTitle', { name: going.name })}
          close={() => {
            setGoing(undefined);
            revoke.reset();
          }}
          error={revoke.error}
          does={{
            says: t('settings.revoke'),
            run: () => revoke.mutate(going),
            isBusy: revoke.isPending,
            isDangerous: true,
          }}
        >
          <p>{t('settings.revokeSays')}</p>
          {going.last_used_at === undefined ? null : (
            <p className="soft">
              {t('settings.lastUsed')}: <Time at={going.last_used_at} ago />
            </p>
          )}
        </Prompt>
      )}
    </>
  );
}

function Make({ done, close }: Readonly<{ done: (key: Key) => void; close: () => void }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly Scope[]>(['read']);
  const make = useMutation({
    mutationFn: () => settings.makeKey({ name: name.trim(), scopes: [...scopes] }),
    onSuccess: done,
  });
  return (
    <Prompt
      title={t('settings.makeKey')}
      close={close}
      error={make.error}
      does={{
        says: t('settings.makeKey'),
        run: () => make.mutate(),
        isBusy: make.isPending,
        isReady: name.trim() !== '' && scopes.length > 0,
      }}
    >
      <label className="field">
        <span>{t('settings.keyName')}</span>
        <input className="plain-input" value={name} maxLength={80} onChange={(e) => setName(e.target.value)} required />
      </label>
      <fieldset className="choices-list">
        <legend>{t('settings.may')}</legend>
        {SCOPES.map((scope) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={(e) =>
                setScopes(
                  e.target.checked
                    ? SCOPES.filter((s) => s === scope || scopes.includes(s))
                    : scopes.filter((s) => s !== scope),
                )
              }
            />
            <span>
              {t(`settings.scope_${scope}`)} <small>{t(`settings.scope_${scope}_says`)}</small>
            </span>
          </label>
        ))}
      </fieldset>
    </Prompt>
  );
}
