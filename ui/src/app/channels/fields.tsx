/**
 * The fields an account is entered by, as its provider describes them: a number, a choice, a key as text or file. What does not look right
 * is told before it is sent. A secret is never shown again once it was read in.
 */
import { Button } from 'antd';
import { type ReactElement, useRef, useState } from 'react';
import { type Say, useWords } from '../../base/lang.ts';
import { ToneIcon } from '../../base/parts.tsx';
import { Field } from '../form.tsx';
import type { Provider } from './api.ts';
import type { ChannelsKey } from './words.ts';

export type Setting = Provider['settings'][number];
export type KeyField = Provider['credentials'][number];
/** A credential as it is being entered. */
export type KeyDraft = Readonly<{ value: string; id: string }>;
type Plain = Provider['merchant_no'];

const fits = (pattern: string | undefined, value: string): boolean =>
  pattern === undefined || new RegExp(`^(?:${pattern})$`).test(value);

/** What is wrong with it as far as can be seen from here; undefined: nothing, or it is empty. */
export function plainWrong(field: Plain, value: string, t: Say<ChannelsKey>): string | undefined {
  if (value === '' || fits(field.pattern, value)) return undefined;
  return field.example === undefined ? t('channels.wrongShape') : t('channels.wrongLike', { example: field.example });
}

const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]+?-----END \1-----/;
export function keyWrong(field: KeyField, { value }: KeyDraft, t: Say<ChannelsKey>): string | undefined {
  const text = value.trim();
  if (text === '') return undefined;
  const begins = PEM.exec(text)?.[1];
  if (field.form === 'pem') {
    if (begins === undefined) return t('channels.wrongPem');
    if (begins === 'ENCRYPTED PRIVATE KEY') return t('channels.wrongEncrypted');
    if (field.begins !== undefined && !field.begins.includes(begins))
      return t('channels.wrongKind', { is: begins, wanted: field.begins.join(' / ') });
    return undefined;
  }
  return fits(field.pattern, text) ? undefined : t('channels.wrongShape');
}

export function PlainField({
  field,
  value,
  isRequired,
  isFixed = false,
  change,
}: Readonly<{
  field: Plain;
  value: string;
  isRequired: boolean;
  isFixed?: boolean;
  change: (value: string) => void;
}>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  return (
    <Field
      label={both(field.title)}
      optional={isRequired ? undefined : t('channels.optional')}
      hint={both(field.where)}
      wrong={plainWrong(field, value, t)}
    >
      {(control) => (
        <input
          {...control}
          className="input mono"
          value={value}
          disabled={isFixed}
          required={isRequired}
          placeholder={field.example}
          autoComplete="off"
          spellCheck={false}
          translate="no"
          onChange={(event) => change(event.target.value.trim())}
        />
      )}
    </Field>
  );
}

export function SettingField({
  field,
  value,
  change,
}: Readonly<{ field: Setting; value: string; change: (value: string) => void }>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  if (field.options === undefined)
    return <PlainField field={field} value={value} isRequired={field.required} change={change} />;
  return (
    <Field
      label={both(field.title)}
      optional={field.required ? undefined : t('channels.optional')}
      hint={both(field.where)}
    >
      {(control) => (
        <select {...control} className="input" value={value} onChange={(event) => change(event.target.value)}>
          <option value="">{t('channels.choose')}</option>
          {field.options!.map((option) => (
            <option key={option.value} value={option.value}>
              {both(option.title)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function KeyInput({
  field,
  draft,
  isHeld = false,
  change,
}: Readonly<{
  field: KeyField;
  draft: KeyDraft;
  /** One is held already: nothing entered here leaves it as it is. */
  isHeld?: boolean;
  change: (draft: KeyDraft) => void;
}>): ReactElement {
  const { t, both } = useWords<ChannelsKey>();
  const file = useRef<HTMLInputElement>(null);
  const [isTyping, setTyping] = useState(false);
  const wrong = keyWrong(field, draft, t);
  // What a key says is not shown, right or wrong.
  const isTaken = draft.value !== '' && field.form !== 'text' && !isTyping;
  const tone = wrong === undefined ? 'arrived' : 'no';
  const optional =
    field.need === 'sometimes' ? t('channels.optional') : field.need === 'later' ? t('channels.later') : undefined;
  const read = async (chosen: File | undefined): Promise<void> => {
    if (chosen === undefined) return;
    setTyping(false);
    change({ ...draft, value: (await chosen.text()).slice(0, 20_000) });
  };
  const put = (value: string): void => change({ ...draft, value });
  return (
    <fieldset className="key-field">
      <Field
        label={both(field.title)}
        optional={isHeld ? t('channels.heldKeep') : optional}
        hint={both(field.where)}
        wrong={isTyping ? undefined : wrong}
      >
        {(control) =>
          isTaken ? (
            <div className={`taken tone-${tone}`} id={control.id}>
              <ToneIcon tone={tone} size={16} />
              <span>
                {t('channels.keyRead', {
                  what: PEM.exec(draft.value)?.[1] ?? both(field.title),
                  n: draft.value.length,
                })}
              </span>
              <Button size="small" type="text" onClick={() => put('')}>
                {t('channels.keyAgain')}
              </Button>
            </div>
          ) : (
            <div className="key-entry">
              {field.form !== 'text' ? (
                <textarea
                  {...control}
                  className="area"
                  rows={3}
                  value={draft.value}
                  spellCheck={false}
                  autoComplete="off"
                  translate="no"
                  placeholder={field.begins === undefined ? '' : `-----BEGIN ${field.begins[0]}-----`}
                  onFocus={() => setTyping(true)}
                  onBlur={() => setTyping(false)}
                  onChange={(event) => {
                    setTyping(event.target.value.length - draft.value.length < 20);
                    put(event.target.value);
                  }}
                  onDragOver={(event) => event.preventDefault()}
                  onDrop={(event) => {
                    event.preventDefault();
                    void read(event.dataTransfer.files[0]);
                  }}
                />
              ) : (
                <input
                  {...control}
                  className="input mono"
                  type={field.secret ? 'password' : 'text'}
                  value={draft.value}
                  spellCheck={false}
                  autoComplete="new-password"
                  translate="no"
                  onChange={(event) => put(event.target.value.trim())}
                />
              )}
              {field.form !== 'text' ? (
                <Button onClick={() => file.current?.click()}>{t('channels.chooseFile')}</Button>
              ) : null}
            </div>
          )
        }
      </Field>
      <input
        ref={file}
        type="file"
        hidden
        accept=".pem,.key,.crt,.cer,.txt"
        data-testid={`file-${field.kind}`}
        onChange={(event) => {
          void read(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      {field.named === undefined ? null : (
        <PlainField
          field={field.named}
          value={draft.id}
          isRequired={field.need === 'always' || draft.value !== ''}
          change={(id) => change({ ...draft, id })}
        />
      )}
    </fieldset>
  );
}
