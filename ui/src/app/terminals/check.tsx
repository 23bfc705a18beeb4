/**
 * Is the code on the counter ours? Scanned, pasted or photographed, compared with the registry to the character; the answer is one big
 * sentence. A scanner types like a keyboard and ends with Enter, so the field takes it.
 */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { Quiet, Time, ToneIcon } from '../../base/parts.tsx';
import { Mark, Refused, Say } from '../form.tsx';
import { link } from '../route.ts';
import { asked, type Checked, terminalApi } from './api.ts';
import { toneOfResult } from './tone.ts';
import type { TerminalsKey } from './words.ts';

export default function Check({ mayAct }: Readonly<{ mayAct: boolean }>): ReactElement {
  const { t } = useWords<TerminalsKey>();
  const client = useQueryClient();
  const [content, setContent] = useState('');
  const [store, setStore] = useState('');
  const file = useRef<HTMLInputElement>(null);
  const stores = useQuery(asked.stores);
  const checks = useQuery({ queryKey: ['checks'], queryFn: terminalApi.checks });
  const check = useMutation({
    mutationFn: (text: string) => terminalApi.check(text, store),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['checks'] });
      void client.invalidateQueries({ queryKey: ['findings'] });
    },
  });
  const picture = useMutation({
    mutationFn: terminalApi.codesIn,
    onSuccess: ({ codes }) => {
      const [only] = codes;
      if (codes.length !== 1 || only === undefined) return;
      setContent(only.text);
      check.mutate(only.text);
    },
  });
  const see = (chosen: File | undefined): void => {
    if (chosen === undefined || !chosen.type.startsWith('image/')) return;
    check.reset();
    picture.mutate(chosen);
  };
  useEffect(() => {
    const paste = (event: ClipboardEvent): void => {
      const image = [...(event.clipboardData?.files ?? [])].find((f) => f.type.startsWith('image/'));
      if (image !== undefined) see(image);
    };
    addEventListener('paste', paste);
    return () => removeEventListener('paste', paste);
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (content.trim() === '') return;
    picture.reset();
    check.mutate(content.trim());
  };
  const found = picture.data?.codes;
  return (
    <div className="code-check">
      {check.data === undefined ? null : <Answer checked={check.data} />}
      <form
        className="panel form"
        onSubmit={submit}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          event.preventDefault();
          see(event.dataTransfer.files[0]);
        }}
      >
        <h2>{t('terminals.checkAsk')}</h2>
        <p className="soft">{t(mayAct ? 'terminals.checkHint' : 'terminals.denied')}</p>
        <div className="check-line">
          <label className="grow">
            <span className="hidden">{t('terminals.content')}</span>
            <input
              className="input mono"
              value={content}
              disabled={!mayAct}
              placeholder={t('terminals.content')}
              autoComplete="off"
              spellCheck={false}
              translate="no"
              onChange={(event) => setContent(event.target.value)}
            />
          </label>
          <Button
            htmlType="submit"
            type="primary"
            loading={check.isPending}
            disabled={!mayAct || content.trim() === ''}
          >
            {t('terminals.checkNow')}
          </Button>
        </div>
        <div className="check-line">
          <label className="filter">
            <span>{t('terminals.where')}</span>
            <select className="input" value={store} onChange={(event) => setStore(event.target.value)}>
              <option value="">{t('terminals.anyStore')}</option>
              {stores.data?.items.map((s) => (
                <option key={s.code} value={s.code}>
                  {s.code} · {s.name}
                </option>
              ))}
            </select>
          </label>
          <Button loading={picture.isPending} disabled={!mayAct} onClick={() => file.current?.click()}>
            {t('terminals.photo')}
          </Button>
          <span className="soft">{t('terminals.photoHint')}</span>
          <input
            ref={file}
            type="file"
            hidden
            accept="image/png,image/jpeg"
            data-testid="code-photo"
            onChange={(event) => {
              see(event.target.files?.[0]);
              event.target.value = '';
            }}
          />
        </div>
        {found?.length === 0 ? <Say tone="late">{t('terminals.photoNone')}</Say> : null}
        {found !== undefined && found.length > 1 ? (
          <div>
            <p>{t('terminals.photoMany', { n: found.length })}</p>
            <ul className="plain">
              {found.map((code) => (
                <li key={code.text}>
                  <Button
                    onClick={() => {
                      setContent(code.text);
                      check.mutate(code.text);
                    }}
                  >
                    <span className="mono clip">{code.text}</span>
                  </Button>
                </li>
              ))}
            </ul>
          </div>
        ) : null}
        <Refused error={check.error ?? picture.error} />
      </form>
      <section className="panel" aria-labelledby="checks">
        <h2 id="checks">{t('terminals.checksBefore')}</h2>
        {checks.data?.items.length === 0 ? (
          <Quiet title={t('terminals.checksNone')}>
            <p>{t('terminals.checksNoneHint')}</p>
          </Quiet>
        ) : (
          <ul className="check-list">
            {checks.data?.items.map((c) => (
              <li key={c.id}>
                <Mark tone={toneOfResult(c.result)}>{t(`codeResult.${c.result}`)}</Mark>
                <span className="mono clip" translate="no">
                  {c.content}
                </span>
                <span className="soft">
                  {[c.store, c.by_name].filter(Boolean).join(' · ')} <Time at={c.at} />
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function Answer({ checked: c }: Readonly<{ checked: Checked }>): ReactElement {
  const { t, both } = useWords<TerminalsKey>();
  const tone = toneOfResult(c.result);
  const { terminal } = c;
  return (
    <section className={`verdict-big tone-${tone}`} role="alert" data-testid={`result-${c.result}`}>
      <ToneIcon tone={tone} size={48} />
      <div>
        <h2>{t(`codeVerdict.${c.result}`)}</h2>
        <p>
          {c.result === 'matches' && terminal !== undefined
            ? t('terminals.ours', { name: terminal.name, store: terminal.store ?? '—', payee: terminal.payee ?? '—' })
            : both(c.says)}
        </p>
        {c.code.payee === undefined ? null : <p>{t('terminals.printedName', { payee: c.code.payee })}</p>}
        <p className="acts-row">
          {terminal === undefined ? null : <a {...link(`/app/terminals/${terminal.id}`)}>{t('terminals.openOne')}</a>}
          {c.finding_id === undefined ? null : <a {...link('/app/terminals/findings')}>{t('terminals.openFinding')}</a>}
        </p>
      </div>
    </section>
  );
}
