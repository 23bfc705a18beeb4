/** Members and what each may do. A link lets in once and is shown once; the server keeps the last administrator one. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type ReactElement, useState } from 'react';
import type { Me } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Time } from '../../base/parts.tsx';
import { Mark, Refused } from '../form.tsx';
import { Prompt } from '../prompt.tsx';
import { Rows, Wrong } from '../state.tsx';
import { type Invitation, type Member, type Role, settings } from './api.ts';
import { Once } from './parts.tsx';
import type { SettingsKey } from './words.ts';

const ROLES = ['admin', 'approver', 'operator', 'viewer'] as const;
type Asking = Readonly<{ what: 'invite' } | { what: 'one'; id: string }>;

export default function Members({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const client = useQueryClient();
  const list = useQuery({ queryKey: ['members'], queryFn: settings.members });
  const [asking, ask] = useState<Asking>();
  const [made, setMade] = useState<Invitation>();
  const renew = (): Promise<void> => client.invalidateQueries({ queryKey: ['members'] });
  if (list.isError && list.data === undefined) return <Wrong error={list.error} retry={() => void list.refetch()} />;
  if (list.data === undefined) return <Rows n={6} />;
  const { items } = list.data;
  const chosen = asking?.what === 'one' ? items.find((m) => m.id === asking.id) : undefined;
  const invited = (invitation: Invitation): void => {
    setMade(invitation);
    ask(undefined);
    void renew();
  };
  return (
    <>
      <div className="bar">
        <p className="lead">{t('settings.membersLead')}</p>
        <Button type="primary" onClick={() => ask({ what: 'invite' })}>
          {t('settings.invite')}
        </Button>
      </div>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('settings.name')}</th>
            <th scope="col">{t('settings.role')}</th>
            <th scope="col">{t('settings.state')}</th>
            <th scope="col">{t('settings.lastSeen')}</th>
            <th scope="col">
              <span className="hidden">{t('settings.change')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((m) => (
            <tr key={m.id} data-member={m.name}>
              <td>
                <strong>{m.name}</strong>{' '}
                {m.id === me.id ? <small className="soft">{t('settings.thatIsYou')}</small> : null}
              </td>
              <td>{t(`settings.${m.role}`)}</td>
              <td>
                <State of={m} />
              </td>
              <td className="soft">
                {m.last_seen_at === undefined ? t('settings.never') : <Time at={m.last_seen_at} ago />}
              </td>
              <td className="acts">
                <Button size="small" onClick={() => ask({ what: 'one', id: m.id })}>
                  {t('settings.change')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <section className="roles" aria-labelledby="roles">
        <h2 id="roles">{t('settings.rolesTitle')}</h2>
        <dl>
          {ROLES.map((role) => (
            <div key={role}>
              <dt>{t(`settings.${role}`)}</dt>
              <dd>{t(`settings.${role}_may`)}</dd>
            </div>
          ))}
        </dl>
      </section>
      {asking?.what === 'invite' ? <Invite done={invited} close={() => ask(undefined)} /> : null}
      {chosen === undefined ? null : (
        <One of={chosen} me={me} renew={renew} linked={invited} close={() => ask(undefined)} key={chosen.id} />
      )}
      {made === undefined ? null : (
        <Prompt title={t('settings.linkTitle', { name: made.member.name })} close={() => setMade(undefined)}>
          <p>{t('settings.linkSays')}</p>
          <Once label={t('settings.link')} value={made.url} />
          <p className="soft">
            {t('settings.linkUntil')} <Time at={made.expires_at} ago />
          </p>
        </Prompt>
      )}
    </>
  );
}

function State({ of }: Readonly<{ of: Member }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const [tone, says] =
    of.state === 'disabled'
      ? (['no', t('settings.disabled')] as const)
      : of.sessions > 0
        ? (['arrived', t('settings.signedIn', { count: of.sessions })] as const)
        : of.invited_until !== undefined
          ? (['moving', t('settings.invited')] as const)
          : (['waiting', t('settings.signedOut')] as const);
  return <Mark tone={tone}>{says}</Mark>;
}

function Roles({ value, set }: Readonly<{ value: Role; set: (role: Role) => void }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  return (
    <fieldset className="choices-list">
      <legend>{t('settings.role')}</legend>
      {ROLES.map((role) => (
        <label key={role}>
          <input type="radio" name="role" value={role} checked={value === role} onChange={() => set(role)} />
          <span>
            {t(`settings.${role}`)} <small>{t(`settings.${role}_may`)}</small>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Invite({ done, close }: Readonly<{ done: (made: Invitation) => void; close: () => void }>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const invite = useMutation({ mutationFn: () => settings.invite(name.trim(), role), onSuccess: done });
  return (
    <Prompt
      title={t('settings.invite')}
      close={close}
      error={invite.error}
      does={{
        says: t('settings.makeLink'),
        run: () => invite.mutate(),
        isBusy: invite.isPending,
        isReady: name.trim() !== '',
      }}
    >
      <label className="field">
        <span>{t('settings.name')}</span>
        <input className="plain-input" value={name} maxLength={80} onChange={(e) => setName(e.target.value)} required />
      </label>
      <Roles value={role} set={setRole} />
    </Prompt>
  );
}

function One({
  of,
  me,
  renew,
  linked,
  close,
}: Readonly<{
  of: Member;
  me: Me;
  renew: () => Promise<void>;
  linked: (made: Invitation) => void;
  close: () => void;
}>): ReactElement {
  const { t } = useWords<SettingsKey>();
  const client = useQueryClient();
  const [name, setName] = useState(of.name);
  const [role, setRole] = useState<Role>(of.role);
  const sessions = useQuery({ queryKey: ['members', of.id, 'sessions'], queryFn: () => settings.sessions(of.id) });
  const mayHaveBeenMe = async (): Promise<void> => {
    await renew();
    if (of.id === me.id) await client.invalidateQueries({ queryKey: ['me'] });
  };
  const save = useMutation({
    mutationFn: () =>
      settings.change(of.id, {
        ...(name.trim() === of.name ? {} : { name: name.trim() }),
        ...(role === of.role ? {} : { role }),
      }),
    async onSuccess() {
      close();
      await mayHaveBeenMe();
    },
  });
  const turn = useMutation({
    mutationFn: () => settings.change(of.id, { state: of.state === 'active' ? 'disabled' : 'active' }),
    onSuccess: mayHaveBeenMe,
  });
  const relink = useMutation({ mutationFn: () => settings.linkFor(of.id), onSuccess: linked });
  const end = useMutation({
    mutationFn: (session: string) => settings.endSession(of.id, session),
    onSuccess: mayHaveBeenMe,
  });
  const isSame = name.trim() === of.name && role === of.role;
  return (
    <Prompt
      title={of.name}
      close={close}
      error={save.error}
      does={{
        says: t('settings.save'),
        run: () => save.mutate(),
        isBusy: save.isPending,
        isReady: !isSame && name.trim() !== '',
      }}
    >
      <label className="field">
        <span>{t('settings.name')}</span>
        <input className="plain-input" value={name} maxLength={80} onChange={(e) => setName(e.target.value)} required />
      </label>
      <Roles value={role} set={setRole} />
      <section className="member-more">
        <h3>{t('settings.sessions')}</h3>
        {sessions.data === undefined ? (
          <Rows n={1} />
        ) : sessions.data.items.length === 0 ? (
          <p className="soft">{t('settings.noSessions')}</p>
        ) : (
          <ul>
            {sessions.data.items.map((s) => (
              <li key={s.id}>
                <span>
                  {t('settings.since')} <Time at={s.created_at} /> · {t('settings.seen')} <Time at={s.seen_at} ago />
                  {s.is_own ? ` · ${t('settings.thisOne')}` : ''}
                </span>
                <Button size="small" loading={end.isPending} onClick={() => end.mutate(s.id)}>
                  {t('settings.endSession')}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <p className="bar">
          {of.state === 'active' ? (
            <Button loading={relink.isPending} onClick={() => relink.mutate()}>
              {t('settings.newLink')}
            </Button>
          ) : null}
          <Button danger={of.state === 'active'} loading={turn.isPending} onClick={() => turn.mutate()}>
            {t(of.state === 'active' ? 'settings.disable' : 'settings.enable')}
          </Button>
          <small className="soft">{t(of.state === 'active' ? 'settings.disableSays' : 'settings.enableSays')}</small>
        </p>
        <Refused error={turn.error ?? relink.error ?? end.error} />
      </section>
    </Prompt>
  );
}
