/** The keys an account holds: by kind, name and end, never what they say. One is replaced, added or taken away. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Popconfirm } from 'antd';
import { type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { msOf, useNow } from '../../base/time.ts';
import { Mark, Refused, Say } from '../form.tsx';
import { type Channel, type ChannelPatch, channelApi, type Provider } from './api.ts';
import { NO_KEY } from './draft.ts';
import { type KeyDraft, type KeyField, KeyInput, keyWrong, plainWrong } from './fields.tsx';
import type { ChannelsKey } from './words.ts';

const DAY = 86_400_000;

export function KeysPanel({
  channel: c,
  provider,
  mayChange,
}: Readonly<{ channel: Channel; provider: Provider; mayChange: boolean }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const client = useQueryClient();
  const now = useNow(60_000);
  const [editing, setEditing] = useState<string | undefined>(undefined);
  const change = useMutation({
    mutationFn: (patch: ChannelPatch) => channelApi.change(c.id, patch),
    onSuccess: (after) => {
      client.setQueryData(['channel', c.id], after);
      setEditing(undefined);
    },
  });
  return (
    <section className="panel" aria-labelledby="keys">
      <h2 id="keys">{t('channels.keys')}</h2>
      <ul className="held">
        {provider.credentials.map((field) => {
          const held = c.credentials.filter((k) => k.kind === field.kind);
          return (
            <li key={field.kind}>
              <div className="held-head">
                <strong>{both(field.title)}</strong>
                {held.length > 0 ? null : (
                  <Mark tone={field.need === 'always' || field.need === 'later' ? 'late' : 'waiting'}>
                    {t(field.need === 'fetched' ? 'channels.fetched' : 'channels.notHeld')}
                  </Mark>
                )}
                {mayChange && field.need !== 'fetched' && editing !== field.kind ? (
                  <Button
                    size="small"
                    onClick={() => setEditing(field.kind)}
                    aria-label={`${t(held.length === 0 ? 'channels.enter' : 'channels.replace')} · ${both(field.title)}`}
                  >
                    {t(held.length === 0 ? 'channels.enter' : 'channels.replace')}
                  </Button>
                ) : null}
              </div>
              {held.map((k) => (
                <div className="held-line" key={k.id}>
                  {k.id === '' ? (
                    <span className="soft">{t('channels.noName')}</span>
                  ) : (
                    <span className="mono soft" translate="no">
                      {k.id}
                    </span>
                  )}
                  {k.not_after === undefined ? (
                    <span className="soft">{t('channels.noEnd')}</span>
                  ) : msOf(k.not_after) - now < 30 * DAY ? (
                    <Mark tone={msOf(k.not_after) < now ? 'no' : 'late'}>
                      {t('channels.ends', { on: k.not_after.slice(0, 10) })}
                    </Mark>
                  ) : (
                    <span className="soft">
                      {t('channels.endsOn', {
                        on: k.not_after.slice(0, 10),
                        n: Math.floor((msOf(k.not_after) - now) / DAY),
                      })}
                    </span>
                  )}
                  {mayChange && (held.length > 1 || field.need !== 'always') ? (
                    <Popconfirm
                      title={t('channels.removeAsk')}
                      okText={t('channels.remove')}
                      cancelText={t('channels.cancel')}
                      onConfirm={() => change.mutate({ remove: [{ kind: k.kind, id: k.id }] })}
                    >
                      <Button size="small" type="text">
                        {t('channels.remove')}
                      </Button>
                    </Popconfirm>
                  ) : null}
                </div>
              ))}
              {editing === field.kind ? (
                <Edit
                  field={field}
                  held={held.map((k) => k.id)}
                  isSending={change.isPending}
                  error={change.error}
                  close={() => setEditing(undefined)}
                  send={(patch) => change.mutate(patch)}
                />
              ) : null}
            </li>
          );
        })}
      </ul>
      {editing === undefined ? <Refused error={change.error} /> : null}
    </section>
  );
}

function Edit({
  field,
  held,
  isSending,
  error,
  close,
  send,
}: Readonly<{
  field: KeyField;
  held: readonly string[];
  isSending: boolean;
  error: unknown;
  close: () => void;
  send: (patch: ChannelPatch) => void;
}>): ReactElement {
  const { t } = useWords<ChannelsKey>();
  const [draft, setDraft] = useState<KeyDraft>(NO_KEY);
  const isRight =
    draft.value.trim() !== '' &&
    keyWrong(field, draft, t) === undefined &&
    (field.named === undefined || (draft.id !== '' && plainWrong(field.named, draft.id, t) === undefined));
  const isBeside = held.length > 0 && field.named !== undefined && draft.id !== '' && !held.includes(draft.id);
  const put = (isAlone: boolean): void =>
    send({
      credentials: [{ kind: field.kind, id: draft.id, value: draft.value.trim() }],
      ...(isAlone && { remove: held.filter((id) => id !== draft.id).map((id) => ({ kind: field.kind, id })) }),
    });
  return (
    <div className="edit">
      <KeyInput field={field} draft={draft} change={setDraft} />
      {isBeside ? <Say tone="moving">{t('channels.besideHint')}</Say> : null}
      <Refused error={error} />
      <div className="acts-row">
        <Button type="primary" disabled={!isRight} loading={isSending} onClick={() => put(false)}>
          {t(isBeside ? 'channels.saveBeside' : 'channels.save')}
        </Button>
        {isBeside ? (
          <Button disabled={!isRight} loading={isSending} onClick={() => put(true)}>
            {t('channels.saveInstead')}
          </Button>
        ) : null}
        <Button type="text" onClick={close}>
          {t('channels.cancel')}
        </Button>
      </div>
    </div>
  );
}
