/** The door: a one-time link, or a key. What is typed goes to our own server and nowhere else. */
import { Button, Checkbox, Input } from 'antd';
import { type FormEvent, type ReactElement, useState } from 'react';
import { api, forgetKey, keepKey } from '../base/api.ts';
import { setLang, useWords } from '../base/lang.ts';
import { Brand } from '../base/parts.tsx';
import type { AppKey } from './words.ts';

export default function SignIn({ entered }: Readonly<{ entered: () => void }>): ReactElement {
  const { t, lang } = useWords<AppKey>();
  return (
    <main className="door">
      <section className="door-words">
        <Brand />
        <h1>{t('enter.title')}</h1>
        <p>{t('enter.lead')}</p>
        <Journey />
      </section>
      <section className="door-forms">
        <p className="door-lang">
          <Button
            type="text"
            size="small"
            id="lang"
            onClick={() => setLang(lang === 'zh' ? 'en' : 'zh')}
            lang={lang === 'zh' ? 'en' : 'zh-CN'}
          >
            {lang === 'zh' ? 'English' : '中文'}
          </Button>
        </p>
        <LinkForm />
        <KeyForm entered={entered} />
      </section>
    </main>
  );
}

/** The eight stations, as a picture of what this is about. */
function Journey(): ReactElement {
  const { t } = useWords<AppKey>();
  const stations = ['ordered', 'captured', 'recorded', 'settled', 'credited'] as const;
  return (
    <ol className="journey">
      {stations.map((s, i) => (
        <li key={s} className={i < 3 ? 'on' : ''}>
          <span aria-hidden="true" />
          {t(`station.${s}`)}
        </li>
      ))}
    </ol>
  );
}

function LinkForm(): ReactElement {
  const { t } = useWords<AppKey>();
  const [text, setText] = useState('');
  const [isBad, setBad] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const token = /dz_link_[\w-]+/.exec(text)?.[0];
    if (token === undefined) {
      setBad(true);
      return;
    }
    location.assign(`/enter/${token}`);
  };
  return (
    <form onSubmit={submit} className="door-form">
      <h2>{t('enter.link')}</h2>
      <p className="soft">
        {t('enter.linkHint')} <code>npx daozhang link</code>
      </p>
      <label htmlFor="link-field">{t('enter.linkField')}</label>
      <div className="door-row">
        <Input
          id="link-field"
          size="large"
          value={text}
          autoComplete="off"
          status={isBad ? 'error' : ''}
          onChange={(event) => {
            setText(event.target.value);
            setBad(false);
          }}
        />
        <Button size="large" type="primary" htmlType="submit">
          {t('enter.go')}
        </Button>
      </div>
      {isBad ? <p role="alert">{t('enter.linkBad')}</p> : null}
    </form>
  );
}

function KeyForm({ entered }: Readonly<{ entered: () => void }>): ReactElement {
  const { t } = useWords<AppKey>();
  const [key, setKey] = useState('');
  const [isKept, setKept] = useState(false);
  const [wrong, setWrong] = useState<'enter.keyBad' | 'enter.keyRefused' | undefined>(undefined);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!/^dz_(live|test)_\S+$/.test(key.trim())) {
      setWrong('enter.keyBad');
      return;
    }
    keepKey(key.trim(), isKept);
    try {
      await api.me();
      entered();
    } catch {
      forgetKey();
      setWrong('enter.keyRefused');
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="door-form">
      <h2>{t('enter.key')}</h2>
      <p className="soft">
        {t('enter.keyHint')} <code>npx daozhang key --name till</code>
      </p>
      <label htmlFor="key-field">{t('enter.keyField')}</label>
      <div className="door-row">
        <Input
          id="key-field"
          size="large"
          type="password"
          value={key}
          autoComplete="off"
          status={wrong === undefined ? '' : 'error'}
          onChange={(event) => {
            setKey(event.target.value);
            setWrong(undefined);
          }}
        />
        <Button size="large" htmlType="submit">
          {t('enter.go')}
        </Button>
      </div>
      <Checkbox checked={isKept} onChange={(event) => setKept(event.target.checked)}>
        {t('enter.keep')}
      </Checkbox>
      {wrong === undefined ? null : <p role="alert">{t(wrong)}</p>}
    </form>
  );
}
