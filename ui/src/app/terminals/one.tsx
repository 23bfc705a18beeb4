/** One terminal: where it is in its life and what may be done now, where it stands and stood, and who did what. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { type FormEvent, type ReactElement, useState } from 'react';
import { Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { PROVIDERS, Quiet, Time } from '../../base/parts.tsx';
import { Field, Mark, Refused } from '../form.tsx';
import { link } from '../route.ts';
import { Rows, Wrong } from '../state.tsx';
import { asked, type NewBinding, type NewStep, type Story, terminalApi } from './api.ts';
import { BindingFields, boundOf, changedOf } from './binding-form.tsx';
import { toneOfState } from './tone.ts';
import type { TerminalsKey } from './words.ts';

type Props = Readonly<{ story: Story; mayAct: boolean }>;
/** The usual way; what leaves it is told beside. */
const WAY = ['applied', 'documents_checked', 'plan_recommended', 'shipped', 'registered', 'active'] as const;
const BAD: ReadonlySet<string> = new Set(['lose', 'retire', 'reject', 'suspend']);

export default function One({ id, mayAct }: Readonly<{ id: string; mayAct: boolean }>): ReactElement {
  const { t, both } = useWords<TerminalsKey>();
  const one = useQuery(asked.one(id));
  const isAbsent = one.error instanceof Trouble && one.error.kind === 'absent';
  return (
    <section>
      <p className="crumb">
        <a {...link('/app/terminals')}>← {t('terminals.title')}</a>
      </p>
      {isAbsent ? (
        <Quiet title={t('terminals.absent')}>
          <p>{t('terminals.absentHint')}</p>
        </Quiet>
      ) : one.isError && one.data === undefined ? (
        <Wrong error={one.error} retry={() => void one.refetch()} />
      ) : one.data === undefined ? (
        <Rows n={8} />
      ) : (
        <>
          <div className="head">
            <h1>{one.data.name}</h1>
            <Mark tone={toneOfState(one.data.state)}>{both(one.data.says)}</Mark>
            <span className="soft">
              {[t(`terminalKind.${one.data.kind}`), one.data.model, one.data.serial_no].filter(Boolean).join(' · ')}
            </span>
          </div>
          <div className="columns">
            <div>
              <Life story={one.data} mayAct={mayAct} />
              <History story={one.data} />
            </div>
            <div>
              <Place story={one.data} mayAct={mayAct} />
            </div>
          </div>
        </>
      )}
    </section>
  );
}

function useChange() {
  const client = useQueryClient();
  return (after: Story): void => {
    client.setQueryData(['terminal', after.id], after);
    void client.invalidateQueries({ queryKey: ['terminals'] });
    void client.invalidateQueries({ queryKey: ['findings'] });
  };
}

function Life({ story, mayAct }: Props): ReactElement {
  const { t, both } = useWords<TerminalsKey>();
  const done = useChange();
  const [step, setStep] = useState<string | undefined>(undefined);
  const [note, setNote] = useState('');
  const go = useMutation({
    mutationFn: () =>
      terminalApi.step(story.id, {
        step: step as NewStep['step'],
        version: story.version,
        ...(note.trim() !== '' && { note: note.trim() }),
      }),
    onSuccess: (after) => {
      done(after);
      setStep(undefined);
      setNote('');
    },
  });
  const reached = WAY.findLastIndex((state) => state === story.state || story.history.some((h) => h.to === state));
  const been = new Set<string>([story.state, ...story.history.map((h) => h.to)]);
  const isOff = !WAY.includes(story.state as (typeof WAY)[number]);
  return (
    <section className="panel" aria-labelledby="life">
      <h2 id="life">{t('terminals.life')}</h2>
      <ol className={`life tone-${toneOfState(story.state)}`}>
        {WAY.map((state, at) => (
          <li
            key={state}
            className={at > reached ? undefined : been.has(state) ? 'done' : 'passed'}
            aria-current={story.state === state ? 'step' : undefined}
          >
            {t(`terminalState.${state}`)}
          </li>
        ))}
      </ol>
      {isOff ? (
        <p className="off">
          <Mark tone={toneOfState(story.state)}>{both(story.says)}</Mark>
        </p>
      ) : null}
      {!mayAct ? (
        <p className="soft">{t('terminals.denied')}</p>
      ) : story.steps.length === 0 ? (
        <p className="soft">{t('terminals.ended')}</p>
      ) : step === undefined ? (
        <div className="acts-row">
          {story.steps.map((one, at) => (
            <Button key={one} type={at === 0 && !BAD.has(one) ? 'primary' : 'default'} onClick={() => setStep(one)}>
              {t(`step.${one}` as TerminalsKey)}
            </Button>
          ))}
        </div>
      ) : (
        <form
          className="form"
          onSubmit={(event: FormEvent) => {
            event.preventDefault();
            go.mutate();
          }}
        >
          <Field
            label={t(`step.${step}` as TerminalsKey)}
            hint={t(BAD.has(step) ? 'terminals.whyHint' : 'terminals.evidenceHint')}
          >
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
          <Refused error={go.error} />
          <div className="acts-row">
            <Button
              type="primary"
              htmlType="submit"
              loading={go.isPending}
              disabled={BAD.has(step) && note.trim() === ''}
            >
              {t('terminals.confirm')}
            </Button>
            <Button type="text" onClick={() => setStep(undefined)}>
              {t('terminals.cancel')}
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}

function Place({ story, mayAct }: Props): ReactElement {
  const { t, both } = useWords<TerminalsKey>();
  const done = useChange();
  const [isMoving, setMoving] = useState(false);
  const before = boundOf(story);
  const [bound, setBound] = useState(before);
  const [name, setName] = useState(story.name);
  const [note, setNote] = useState('');
  const isOver = story.state === 'retired' || story.state === 'rejected';
  const changed = changedOf(bound, before);
  const isSame = Object.keys(changed).length === 0 && name.trim() === story.name;
  const move = useMutation({
    mutationFn: () => {
      const body: NewBinding = {
        ...changed,
        ...(name.trim() !== story.name && { name: name.trim() }),
        ...(note.trim() !== '' && { note: note.trim() }),
        version: story.version,
      };
      return terminalApi.bind(story.id, body);
    },
    onSuccess: (after) => {
      done(after);
      setMoving(false);
      setNote('');
    },
  });
  if (isMoving)
    return (
      <form
        className="panel form"
        aria-labelledby="move"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          if (!isSame) move.mutate();
        }}
      >
        <h2 id="move">{t('terminals.move')}</h2>
        <Field label={t('terminals.name')}>
          {(control) => <input {...control} className="input" value={name} onChange={(e) => setName(e.target.value)} />}
        </Field>
        <BindingFields kind={story.kind} bound={bound} change={setBound} />
        <Field label={t('terminals.note')} hint={t('terminals.moveHint')}>
          {(control) => <input {...control} className="input" value={note} onChange={(e) => setNote(e.target.value)} />}
        </Field>
        <Refused error={move.error} />
        <div className="acts-row">
          <Button type="primary" htmlType="submit" loading={move.isPending} disabled={isSame || name.trim() === ''}>
            {t('terminals.moveNow')}
          </Button>
          <Button type="text" onClick={() => setMoving(false)}>
            {t('terminals.cancel')}
          </Button>
        </div>
      </form>
    );
  return (
    <section className="panel" aria-labelledby="place">
      <div className="panel-head">
        <h2 id="place">{t('terminals.place')}</h2>
        {mayAct && !isOver ? (
          <Button
            onClick={() => {
              setBound(before);
              setName(story.name);
              setMoving(true);
            }}
          >
            {t('terminals.move')}
          </Button>
        ) : null}
      </div>
      <dl className="pairs">
        {(
          [
            ['terminals.store', story.store],
            [
              'terminals.account',
              story.provider && both(PROVIDERS[story.provider] ?? { zh: story.provider, en: story.provider }),
            ],
            ['terminals.merchantNo', story.merchant_no],
            ['terminals.settleNo', story.settle_merchant_no],
            ['terminals.terminalNo', story.terminal_no],
            ['terminals.payee', story.payee],
            ['terminals.codeContent', story.code ?? (story.code_sha256 && `SHA-256 ${story.code_sha256}`)],
          ] as const
        )
          .filter(([, value]) => value !== undefined)
          .map(([key, value]) => (
            <div className="pair" key={key}>
              <dt>{t(key)}</dt>
              <dd translate="no">{value}</dd>
            </div>
          ))}
        <dt>{t('terminals.since')}</dt>
        <dd>
          <Time at={story.since} />
        </dd>
      </dl>
    </section>
  );
}

/** Steps and bindings in one list, newest first. */
function History({ story }: Readonly<{ story: Story }>): ReactElement {
  const { t, both } = useWords<TerminalsKey>();
  const lines = [
    ...story.history.map((h) => ({
      key: `s${h.n}`,
      n: h.n,
      at: h.at,
      what: t(`step.${h.step}` as TerminalsKey),
      note: h.note,
      by: h.by_name,
    })),
    ...story.bindings.map((b) => ({
      key: `b${b.n}`,
      n: b.n,
      at: b.since,
      what: t('terminals.boundTo', {
        where:
          [b.store, b.provider && both(PROVIDERS[b.provider] ?? { zh: b.provider, en: b.provider }), b.terminal_no]
            .filter(Boolean)
            .join(' · ') || '—',
      }),
      note: b.note,
      by: b.by_name,
    })),
  ].sort((a, b) => b.n - a.n || (a.key < b.key ? -1 : 1));
  return (
    <section className="panel" aria-labelledby="history">
      <h2 id="history">{t('terminals.history')}</h2>
      <ol className="story-list">
        {lines.map((line) => (
          <li key={line.key}>
            <span className="soft">
              <Time at={line.at} />
            </span>
            <div>
              {line.what}
              {line.note === undefined ? null : <small>{line.note}</small>}
            </div>
            <span className="soft">{line.by ?? ''}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
