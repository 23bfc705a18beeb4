/** What stands around every page: the way about, search, the side, language and theme; and the door where nobody is signed in. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown, Segmented } from 'antd';
import { lazy, type ReactElement, Suspense, useEffect, useState } from 'react';
import {
  api,
  forgetKey,
  json,
  keepMode,
  keptKey,
  keptMode,
  type Me,
  type Mode,
  type PageOf,
  Trouble,
} from '../base/api.ts';
import { setLang, useWords } from '../base/lang.ts';
import { Brand, Quiet } from '../base/parts.tsx';
import { setTheme, useTheme } from '../base/theme-switch.ts';
import { startLive, useLive } from './live.ts';
import { PARTS, type Place, placeAt } from './pages.ts';
import { go, link, useRoute } from './route.ts';
import { Rows, Wrong } from './state.tsx';
import type { AppKey } from './words.ts';

// What the first page does not need comes when it is wanted.
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
  const has = async (mode: Mode): Promise<boolean> => {
    const [payments, documents] = await Promise.all([
      api.payments({ limit: '1' }, { mode }),
      json<PageOf<unknown>>('/v1/documents?limit=1', { mode }),
    ]);
    return payments.items.length + documents.items.length > 0;
  };
  keepMode((await has('live')) || !(await has('test')) ? 'live' : 'test');
  return await api.me();
}

function Within({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<AppKey>();
  const { path } = useRoute();
  const [isSearching, setSearching] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const client = useQueryClient();
  const place = placeAt(path);

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
  useEffect(startLive, []);
  useLive((event) => {
    const payment = (event.data.payment as { id?: string } | undefined)?.id;
    if (payment !== undefined) void client.invalidateQueries({ queryKey: ['trace', payment] });
  });
  // The tab says where it is.
  useEffect(() => {
    document.title = `${place === undefined ? '' : `${t(place.name)} · `}${lang === 'zh' ? '到账' : 'Daozhang'}`;
  }, [place, t, lang]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever chose a page has done with the menu
  useEffect(() => setOpen(false), [path]);

  return (
    <div className="office">
      <a className="skip" href="#content">
        {t('nav.skip')}
      </a>
      <header className="top">
        <button
          type="button"
          className="burger"
          aria-label={t('nav.open')}
          aria-expanded={isOpen}
          aria-controls="ways"
          onClick={() => setOpen(!isOpen)}
        >
          <svg viewBox="0 0 24 24" width="20" height="20" stroke="currentColor" strokeWidth="2" aria-hidden="true">
            <path d="M4 7h16M4 12h16M4 17h16" />
          </svg>
        </button>
        <a {...link('/app/')} className="home">
          <Brand />
        </a>
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
      <div className="body">
        <nav id="ways" className={isOpen ? 'ways is-open' : 'ways'} aria-label={t('nav.main')}>
          {PARTS.map((part) => (
            <div key={part.name}>
              <p id={part.name}>{t(part.name)}</p>
              <ul aria-labelledby={part.name}>
                {part.places.map(({ path: to, name, waits }) => (
                  <li key={to}>
                    <a {...link(`/app${to}`)} aria-current={place?.path === to ? 'page' : undefined}>
                      {t(name)}
                      {waits !== undefined && me.scopes.includes(waits.scope) ? <Waits at={to} of={waits} /> : null}
                    </a>
                  </li>
                ))}
              </ul>
            </div>
          ))}
          <a href="/counter/" className="to-counter">
            {t('nav.counter')} ↗
          </a>
        </nav>
        <div className="page">
          <main id="content" tabIndex={-1} data-page={place?.path.slice(1)}>
            <Suspense fallback={<Rows n={8} />}>
              {place === undefined ? (
                <Quiet title={t('trouble.nowhere')}>
                  <a {...link('/app/payments')}>{t('payment.back')}</a>
                </Quiet>
              ) : (
                <place.Page me={me} path={path} key={place.path} />
              )}
            </Suspense>
          </main>
          <footer className="foot">
            <span>{t('zone')}</span>
            <span>Daozhang {me.version}</span>
          </footer>
        </div>
      </div>
      {isSearching ? (
        <Suspense fallback={null}>
          <Search close={() => setSearching(false)} />
        </Suspense>
      ) : null}
    </div>
  );
}

/** How many wait behind a link, where any do. */
function Waits({ at, of }: Readonly<{ at: string; of: NonNullable<Place['waits']> }>): ReactElement | null {
  const { t } = useWords<AppKey>();
  const waits = useQuery({ queryKey: [at.slice(1), 'waits'], queryFn: of.count });
  useLive(({ type }) => {
    if (type.startsWith(of.hears)) void waits.refetch();
  });
  const n = waits.data ?? 0;
  return n === 0 ? null : (
    <span className="waits">
      <b aria-hidden="true">{n}</b>
      <span className="hidden">{t('nav.waits', { n })}</span>
    </span>
  );
}

function Menu({ me }: Readonly<{ me: Me }>): ReactElement {
  const { t, lang } = useWords<AppKey>();
  const { choice } = useTheme();
  const client = useQueryClient();
  const toSide = (mode: Mode): void => {
    keepMode(mode);
    go('/app/');
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
