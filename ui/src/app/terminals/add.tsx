/** Applies for a terminal or code, or registers one that is there and works. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Quiet } from '../../base/parts.tsx';
import { Field, Refused } from '../form.tsx';
import { go, useRoute } from '../route.ts';
import { type NewTerminal, terminalApi } from './api.ts';
import { BindingFields, changedOf, UNBOUND } from './binding-form.tsx';
import type { TerminalsKey } from './words.ts';

const KINDS = ['pos', 'code', 'sound_box', 'cashier'] as const;

export default function Add({ mayAct }: Readonly<{ mayAct: boolean }>): ReactElement {
  const { t } = useWords<TerminalsKey>();
  const { query } = useRoute();
  const client = useQueryClient();
  const [kind, setKind] = useState<(typeof KINDS)[number]>('pos');
  const [state, setState] = useState<'registered' | 'applied'>('registered');
  const [name, setName] = useState('');
  const [serial, setSerial] = useState('');
  const [note, setNote] = useState('');
  const [bound, setBound] = useState({
    ...UNBOUND,
    store: query.get('store') ?? '',
    account_id: query.get('account') ?? '',
    terminal_no: query.get('no') ?? '',
  });
  const add = useMutation({
    mutationFn: () => {
      const body: NewTerminal = {
        kind,
        state,
        name: name.trim(),
        ...(serial.trim() !== '' && { serial_no: serial.trim() }),
        ...(note.trim() !== '' && { note: note.trim() }),
        ...changedOf(bound, UNBOUND),
      };
      return terminalApi.add(body);
    },
    onSuccess: (made) => {
      void client.invalidateQueries({ queryKey: ['terminals'] });
      void client.invalidateQueries({ queryKey: ['findings'] });
      go(`/app/terminals/${made.id}`);
    },
  });
  if (!mayAct)
    return (
      <Quiet title={t('terminals.denied')}>
        <p>{t('terminals.deniedHint')}</p>
      </Quiet>
    );
  return (
    <form
      className="panel form"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (name.trim() !== '') add.mutate();
      }}
    >
      <fieldset className="kinds">
        <legend>{t('terminals.kindAsk')}</legend>
        {KINDS.map((one) => (
          <label key={one}>
            <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
            <span>{t(`terminalKind.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <fieldset className="kinds">
        <legend>{t('terminals.beginAsk')}</legend>
        {(['registered', 'applied'] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="begin" checked={state === one} onChange={() => setState(one)} />
            <span>{t(`beginAs.${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <div className="two">
        <Field label={t('terminals.name')} hint={t('terminals.nameHint')}>
          {(control) => (
            <input
              {...control}
              className="input"
              value={name}
              maxLength={64}
              onChange={(e) => setName(e.target.value)}
            />
          )}
        </Field>
        <Field label={t('terminals.serial')} hint={t('terminals.serialHint')}>
          {(control) => (
            <input {...control} className="input mono" value={serial} onChange={(e) => setSerial(e.target.value)} />
          )}
        </Field>
      </div>
      <BindingFields kind={kind} bound={bound} change={setBound} />
      <Field label={t('terminals.note')}>
        {(control) => <input {...control} className="input" value={note} onChange={(e) => setNote(e.target.value)} />}
      </Field>
      <Refused error={add.error} />
      <div className="acts-row">
        <Button type="primary" htmlType="submit" disabled={name.trim() === ''} loading={add.isPending}>
          {t(state === 'registered' ? 'terminals.register' : 'terminals.apply')}
        </Button>
        <Button type="text" onClick={() => go('/app/terminals')}>
          {t('terminals.cancel')}
        </Button>
      </div>
    </form>
  );
}
