/** What stands around every page: the way about, search, the side, language and theme; and the door where nobody is signed in. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown, Segmented } from 'antd';
import { lazy, type ReactElement, Suspense, useEffect, useState } from 'react';
import { api, follow, forgetKey, keepMode, keptKey, keptMode, type Me, type Mode, Trouble } from '../base/api.ts';
import { setLang, useWords } from '../base/lang.ts';
import { Brand, Quiet } from '../base/parts.tsx';
import { setTheme, useTheme } from '../base/theme-switch.ts';
import { Payments } from './payments.tsx';
import { go, link, useRoute } from './route.ts';
import { Rows, Wrong } from './state.tsx';
import type { AppKey } from './words.ts';

// What the first page does not need comes when it is wanted.
const PaymentPage = lazy(() => import('./payment.tsx'));
const Start = lazy(() => import('./start.tsx'));
const SignIn = lazy(() => import('./sign-in.tsx'));
const Search = lazy(() => import('./search.tsx'));

export function Shell(): ReactElement {
  const { t } = useWords<AppKey>();
  const me = useQuery({ queryKey: ['me'], queryFn: firstMe, staleTime: 60_000 });
  const isDenied = me.error instanceof Trouble && me.error.kind === 'denied';
  return (
    <Suspense fallback={<Rows n={6} />}>
      {isDenied ? (
        <SignIn entered={() => void me.refetch()} />
      ) : me.data !== undefined ? (
        <Within me={me.data} />
      ) : me.error !== null ? (
        <Wrong error={me.error} retry={() => void me.refetch()} />
      ) : (
        <main aria-label={t('nav.main')}>
          <Rows n={6} />
        </main>
      )}
    </Suspense>
  );
}

/** Who we are. The first time a session looks where there is something to see: live, else test. */
async function firstMe(): Promise<Me> {
  const me = await api.me();
  if (me.kind === 'key') {
    keepMode(me.livemode ? 'live' : 'test');
    return me;
  }
  if (keptMode() !== undefined) return me;
  const has = async (mode: Mode): Promise<boolean> => (await api.payments({ limit: '1' }, { mode })).items.length > 0;
  keepMode((await has('live')) || !(await has('test')) ? 'live' : 'test');
  return await api.me();
}

function Within({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t } = useWords<AppKey>();
  const { path } = useRoute();
  const [isSearching, setSearching] = useState(false);
  const client = useQueryClient();
  const [changes, setChanges] = useState(0);

  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.metaKey || event.ctrlKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setSearching(true);
      }
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  useEffect(
    () =>
      follow((event) => {
        setChanges((n) => n + 1);
        const payment = (event.data.payment as { id?: string } | undefined)?.id;
        if (payment !== undefined) void client.invalidateQueries({ queryKey: ['trace', payment] });
      }),
    [client],
  );

  const payment = /^\/payments\/([0-9a-f-]{36})$/.exec(path)?.[1];
  return (
    <div className="office">
      <a className="skip" href="#content">
        {t('nav.skip')}
      </a>
      <header className="top">
        <a {...link('/app/payments')} className="home">
          <Brand />
        </a>
        <nav aria-label={t('nav.main')}>
          <a
            {...link('/app/payments')}
            aria-current={path.startsWith('/payments') || path === '/' ? 'page' : undefined}
          >
            {t('nav.payments')}
          </a>
          <a {...link('/app/start')} aria-current={path === '/start' ? 'page' : undefined}>
            {t('nav.start')}
          </a>
          <a href="/counter/">{t('nav.counter')}</a>
        </nav>
        <button type="button" className="find" onClick={() => setSearching(true)}>
          <svg
            viewBox="0 0 24 24"
            width="16"
            height="16"
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
            strokeLinecap="round"
            aria-hidden="true"
          >
            <circle cx="11" cy="11" r="6.5" />
            <path d="m16 16 4 4" />
          </svg>
          <span>{t('search.open')}</span>
          <kbd>{/Mac|iP/.test(navigator.platform) ? '⌘K' : 'Ctrl K'}</kbd>
        </button>
        <Menu me={me} />
      </header>
      <main id="content" tabIndex={-1}>
        <Suspense fallback={<Rows n={8} />}>
          {payment !== undefined ? (
            <PaymentPage id={payment} me={me} key={payment} />
          ) : path === '/start' ? (
            <Start me={me} />
          ) : path === '/payments' || path === '/' ? (
            <Payments changes={changes} isFirst={path === '/'} />
          ) : (
            <Quiet title={t('trouble.nowhere')}>
              <a {...link('/app/payments')}>{t('payment.back')}</a>
            </Quiet>
          )}
        </Suspense>
      </main>
      <footer className="foot">
        <span>{t('zone')}</span>
        <span>Daozhang {me.version}</span>
      </footer>
      {isSearching ? (
        <Suspense fallback={null}>
          <Search close={() => setSearching(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

function Menu({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<AppKey>();
  const { choice } = useTheme();
  const client = useQueryClient();
  const toSide = (mode: Mode): void => {
    keepMode(mode);
    go('/app/payments');
    void client.resetQueries();
  };
  return (
    <div className="menu">
      {me.kind === 'session' ? (
        <Segmented<Mode>
          size="small"
          aria-label={t('side.label')}
          name="side"
          value={me.livemode ? 'live' : 'test'}
          onChange={toSide}
          options={[
            { label: t('side.live'), value: 'live' },
            { label: t('side.test'), value: 'test' },
          ]}
        />
      ) : (
        <span className="side">{t(me.livemode ? 'side.live' : 'side.test')}</span>
      )}
      <Button
        type="text"
        size="small"
        onClick={() => setLang(lang === 'zh' ? 'en' : 'zh')}
        lang={lang === 'zh' ? 'en' : 'zh-CN'}
        id="lang"
      >
        {lang === 'zh' ? 'English' : '中文'}
      </Button>
      <Dropdown
        trigger={['click']}
        menu={{
          selectable: true,
          selectedKeys: [choice],
          onClick: ({ key }) => (key === 'out' ? void leave() : setTheme(key as 'auto')),
          items: [
            {
              key: 'theme',
              type: 'group',
              label: t('theme'),
              children: (['auto', 'light', 'dark'] as const).map((key) => ({ key, label: t(`theme.${key}`) })),
            },
            { type: 'divider' },
            { key: 'out', label: `${t('signOut')} · ${me.name}` },
          ],
        }}
      >
        <Button type="text" size="small" aria-label={t('theme')} id="more">
          <svg viewBox="0 0 24 24" width="18" height="18" fill="currentColor" aria-hidden="true">
            <circle cx="5" cy="12" r="2" />
            <circle cx="12" cy="12" r="2" />
            <circle cx="19" cy="12" r="2" />
          </svg>
        </Button>
      </Dropdown>
    </div>
  );
}

async function leave(): Promise<void> {
  if (keptKey() === null) await api.leave().catch(() => undefined);
  forgetKey();
  location.assign('/app/');
}
