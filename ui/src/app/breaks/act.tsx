/**
 * What may be done about it, as it stands: a menu, then the words that a step needs. What is sent names the version that was seen; where somebody
 * was faster the answer says who did what, what was typed stays, and the menu is drawn anew.
 */
import { Button } from 'antd';
import { type FormEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import { EXPLANATIONS, type Explanation } from '../../../../src/verdicts/catalogue.ts';
import { type Me, Trouble } from '../../base/api.ts';
import { useWords } from '../../base/lang.ts';
import { Prompt } from '../prompt.tsx';
import { type Break, type BreakWork, breaks, type NewStep } from './api.ts';
import type { BreaksKey } from './words.ts';

/** Giving it to somebody is taking it for him. */
type Kind = NewStep['kind'] | 'given';
const STEPS: Readonly<Record<BreakWork['state'], readonly Kind[]>> = {
  open: ['taken', 'explained', 'noted', 'given'],
  taken: ['explained', 'noted', 'taken', 'given', 'reopened'],
  explained: ['confirmed', 'noted', 'reopened'],
  closed: ['noted', 'reopened'],
};
const REASONS = Object.keys(EXPLANATIONS) as Explanation[];

export default function Act({
  of,
  me,
  done,
  close,
  renew,
}: Readonly<{
  of: Break;
  me: Me;
  done: (work: BreakWork) => void;
  close: () => void;
  renew: () => void;
}>): ReactElement {
  const { t, both } = useWords<BreaksKey>();
  const [kind, setKind] = useState<Kind | undefined>();
  const [reason, setReason] = useState<Explanation | undefined>();
  const [note, setNote] = useState('');
  const [to, setTo] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | undefined>();
  const { work } = of;
  const actor = `${me.kind}:${me.id}`;
  const explainer = work.steps.findLast((step) => step.kind === 'explained')?.by.actor;
  const colleagues = of.members.filter((m) => `session:${m.id}` !== actor && `session:${m.id}` !== work.holder?.actor);
  const possible = STEPS[work.state].filter(
    (step) =>
      !(step === 'taken' && work.holder?.actor === actor) &&
      !(step === 'given' && colleagues.length === 0) &&
      !(step === 'confirmed' && explainer === actor),
  );
  const menu = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: drawn anew, it begins at its first
  useEffect(
    () => menu.current?.querySelector<HTMLElement>('button, input, select, textarea')?.focus(),
    [kind, work.version],
  );

  const send = async (step: NewStep): Promise<void> => {
    setBusy(true);
    setWrong(undefined);
    try {
      done(await breaks.step(of.hash, step));
      close();
    } catch (error) {
      setWrong(error instanceof Trouble ? `${error.message} ${error.remedy}` : String(error));
      if (error instanceof Trouble && error.status === 409) renew();
    } finally {
      setBusy(false);
    }
  };
  const choose = (step: Kind): void => {
    setWrong(undefined);
    if (step === 'taken') void send({ kind: 'taken', after: work.version });
    else setKind(step);
  };
  const said = note.trim() === '' ? {} : { note: note.trim() };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const after = work.version;
    if (kind === 'given') void send({ kind: 'taken', after, to });
    else if (kind === 'noted') void send({ kind, after, note: note.trim() });
    else if (kind === 'explained' && reason !== undefined) void send({ kind, after, reason, ...said });
    else if (kind === 'confirmed' || kind === 'reopened') void send({ kind, after, ...said });
  };
  const isReady =
    kind === 'given'
      ? to !== ''
      : kind === 'noted' || reason === 'other'
        ? note.trim() !== ''
        : kind === 'explained'
          ? reason !== undefined
          : true;

  return (
    <Prompt title={kind === undefined ? t('breaks.act') : t(`breaks.do.${kind}`)} close={close}>
      <div ref={menu}>
        {kind === undefined ? (
          <ul className="act-menu">
            {possible.map((step) => (
              <li key={step}>
                <button type="button" disabled={isBusy} onClick={() => choose(step)} onKeyDown={walk}>
                  <b>{t(step === 'taken' && work.state === 'taken' ? 'breaks.takeOver' : `breaks.do.${step}`)}</b>
                  <small>{t(`breaks.does.${step}`)}</small>
                </button>
              </li>
            ))}
          </ul>
        ) : (
          <form className="act-form" onSubmit={submit}>
            {kind === 'explained' ? (
              <fieldset>
                <legend>{t('breaks.reason')}</legend>
                {REASONS.map((code) => (
                  <label key={code}>
                    <input
                      type="radio"
                      name="reason"
                      value={code}
                      checked={reason === code}
                      onChange={() => setReason(code)}
                    />
                    {both(EXPLANATIONS[code])}
                  </label>
                ))}
              </fieldset>
            ) : null}
            {kind === 'given' ? (
              <label className="act-note">
                {t('breaks.giveTo')}
                <select value={to} onChange={(event) => setTo(event.target.value)}>
                  <option value="" />
                  {colleagues.map((member) => (
                    <option key={member.id} value={member.id}>
                      {member.name}
                    </option>
                  ))}
                </select>
              </label>
            ) : (
              <label className="act-note">
                {t(kind === 'noted' || reason === 'other' ? 'breaks.note' : 'breaks.noteMay')}
                <textarea
                  rows={3}
                  maxLength={1_000}
                  value={note}
                  onChange={(event) => setNote(event.target.value)}
                  onKeyDown={(event) => {
                    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
                      event.currentTarget.form?.requestSubmit();
                  }}
                />
              </label>
            )}
            {kind === 'explained' ? (
              <p className="soft">{t(of.explain_alone ? 'breaks.closesAlone' : 'breaks.needsAnother')}</p>
            ) : null}
            <div className="act-buttons">
              <Button htmlType="button" onClick={() => setKind(undefined)}>
                {t('breaks.backToMenu')}
              </Button>
              <Button type="primary" htmlType="submit" disabled={!isReady} loading={isBusy}>
                {t(`breaks.do.${kind}`)}
              </Button>
            </div>
          </form>
        )}
        {work.state === 'explained' && explainer === actor ? <p className="soft">{t('breaks.otherConfirms')}</p> : null}
        {wrong === undefined ? null : (
          <p role="alert" className="act-wrong">
            {wrong}
          </p>
        )}
      </div>
    </Prompt>
  );
}

/** Up and down through the menu, as in any. */
function walk(event: React.KeyboardEvent<HTMLButtonElement>): void {
  const by = event.key === 'ArrowDown' || event.key === 'j' ? 1 : event.key === 'ArrowUp' || event.key === 'k' ? -1 : 0;
  if (by === 0) return;
  event.preventDefault();
  const all = [...(event.currentTarget.closest('ul')?.querySelectorAll('button') ?? [])];
  all.at((all.indexOf(event.currentTarget) + by) % all.length)?.focus();
}
