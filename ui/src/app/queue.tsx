/**
 * What waits for people, as a list to work through by keys, and beside it, or on a phone in its place, the one that the address names: breaks,
 * claims, cases, approvals, refunds. What changes elsewhere comes by itself where the oldest stand first, so that nothing new moves what is
 * being read; a list in another order is `still`, and says itself when there is something new.
 */
import './queue.css';
import { keepPreviousData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import {
  type ReactElement,
  type ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react';
import type { PageOf } from '../base/api.ts';
import { useWords } from '../base/lang.ts';
import { useKeys } from './keys.ts';
import { useLive } from './live.ts';
import { Prompt } from './prompt.tsx';
import { go, link } from './route.ts';
import { Rows, Wrong } from './state.tsx';
import { type Column, Table } from './table.tsx';
import type { AppKey } from './words.ts';

/** How far the keys for pages go, and how long a burst of changes is waited out. */
const LEAP = 20;
const CALM_MS = 800;

/** `asking`: the key of what is to be done, as pressed or as its button asks. */
export type PaneProps = Readonly<{
  id: string;
  asking: string | undefined;
  ask: (key: string | undefined) => void;
  close: () => void;
}>;

type Props<T, P extends PageOf<T>> = Readonly<{
  title: string;
  /** Beside the title. */
  head?: ReactNode;
  /** Below the title: the pages beside this one. */
  above?: ReactNode;
  queryKey: readonly unknown[];
  page: (after: string | undefined, signal: AbortSignal) => Promise<P>;
  bar: (first: P | undefined) => ReactNode;
  /** Left of the list, until one is open: what narrows it. */
  beside?: ReactNode;
  full: readonly Column<T>[];
  /** Where there is no room. */
  short: readonly Column<T>[];
  keyOf: (row: T) => string;
  /** Of all rows, where it is known. */
  total?: number | undefined;
  open: string | undefined;
  addressOf: (id?: string) => string;
  pane: (props: PaneProps) => ReactElement;
  nothing: ReactNode;
  /** What may be done about the one that is open: its key, and what it is called. */
  acts: ReadonlyArray<readonly [key: string, says: string]>;
  /** Is this event about what is listed? `still`: it keeps still while it is read, whatever is heard. */
  hears: 'still' | ((type: string) => boolean);
}>;

export function Queue<T, P extends PageOf<T>>(of: Props<T, P>): ReactElement {
  const { t } = useWords<AppKey>();
  const { queryKey, open, addressOf, keyOf } = of;
  const client = useQueryClient();
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => of.page(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: P) => last.next,
    placeholderData: keepPreviousData,
    ...(of.hears === 'still' ? { staleTime: Number.POSITIVE_INFINITY, gcTime: 0 } : {}),
  });
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive(({ type }) => {
    if (of.hears === 'still' || !of.hears(type)) return;
    // Where something happens all the time it is still read now and then.
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: [queryKey[0]] });
    }, CALM_MS);
  });

  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const [cursor, setCursor] = useState(0);
  const opened = open === undefined ? -1 : rows.findIndex((row) => keyOf(row) === open);
  const at = opened >= 0 ? opened : Math.min(cursor, Math.max(0, rows.length - 1));
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter begins at its top
  useEffect(() => setCursor(0), [JSON.stringify(queryKey)]);
  useEffect(() => {
    if (opened >= 0) setCursor(opened);
  }, [opened]);

  const isNarrow = useNarrow();
  const [asking, ask] = useState<string | undefined>(undefined);
  const [isHelp, setHelp] = useState(false);
  const root = useRef<HTMLElement>(null);
  const focusList = (): void => root.current?.querySelector<HTMLElement>('.grid')?.focus({ preventScroll: true });
  const { hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage } = list;
  const nearEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage && !isPlaceholderData) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, isPlaceholderData, fetchNextPage]);
  const show = (place: number, how?: 'replace'): void => {
    const row = rows[place];
    ask(undefined);
    if (row !== undefined) go(addressOf(keyOf(row)), how);
  };
  const move = (by: number): void => {
    const to = Math.max(0, Math.min(at + by, rows.length - 1));
    if (at + by >= rows.length) nearEnd();
    if (open !== undefined) show(opened < 0 ? 0 : to, 'replace');
    else {
      setCursor(to);
      focusList();
    }
  };
  const close = (): void => {
    ask(undefined);
    go(addressOf());
    requestAnimationFrame(focusList);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    n: () => move(LEAP),
    p: () => move(-LEAP),
    o: () => show(at),
    Enter: () => show(at),
    ...Object.fromEntries(
      of.acts.map(([key]) => [
        key,
        () => {
          if (open === undefined) show(at);
          ask(key);
        },
      ]),
    ),
    '/': () => searchIn(root.current)?.focus(),
    '?': () => setHelp(true),
    ...(open === undefined ? {} : { Escape: close }),
  });

  const keys: ReadonlyArray<readonly [keys: readonly string[], says: string]> = [
    [['j', 'k'], t('queue.key.move')],
    [['n', 'p'], t('queue.key.leap')],
    [['Enter', 'o'], t('queue.key.open')],
    ...of.acts.map(([key, says]) => [[key], says] as const),
    ...(searchIn(root.current) === null ? [] : [[['/'], t('queue.key.search')] as const]),
    [['Esc'], t('queue.key.close')],
    [['?'], t('queue.key.help')],
  ];
  return (
    <section className={open === undefined ? 'work' : 'work is-open'} ref={root}>
      <div className="head">
        <h1>{of.title}</h1>
        {of.head}
        <button type="button" className="keys-open" onClick={() => setHelp(true)}>
          <kbd>?</kbd> {t('queue.keys')}
        </button>
      </div>
      {of.above}
      <div className="work-bar">{of.bar(list.data?.pages[0])}</div>
      <div className="work-body">
        {of.beside}
        <div className="work-list">
          {list.isPending ? (
            <Rows n={8} />
          ) : list.isError && rows.length === 0 ? (
            <Wrong error={list.error} retry={() => void list.refetch()} />
          ) : rows.length === 0 ? (
            of.nothing
          ) : (
            <Table
              label={of.title}
              columns={open === undefined && !isNarrow ? of.full : of.short}
              rows={rows}
              keyOf={keyOf}
              total={of.total}
              nearEnd={nearEnd}
              at={at}
              choose={show}
            />
          )}
        </div>
        {open === undefined ? null : <Pane key={open} of={of.pane} {...{ id: open, asking, ask, close }} />}
      </div>
      {isHelp ? (
        <Prompt title={t('queue.keys')} close={() => setHelp(false)}>
          <dl className="keys-list">
            {keys.map(([names, says]) => (
              <div key={says}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
          <p className="soft">{t('queue.keysHint')}</p>
        </Prompt>
      ) : null}
    </section>
  );
}

const searchIn = (it: HTMLElement | null): HTMLInputElement | null =>
  it?.querySelector<HTMLInputElement>('input[type=search]') ?? null;

/** Whoever came by a key or a link is told what it is; whoever steps through the list keeps the place in it. */
function Pane({ of, ...props }: PaneProps & Readonly<{ of: (props: PaneProps) => ReactElement }>): ReactElement {
  const { t } = useWords<AppKey>();
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) pane.current?.focus({ preventScroll: true });
    if ((pane.current?.getBoundingClientRect().top ?? 0) < 0) pane.current?.scrollIntoView({ block: 'start' });
  }, []);
  return (
    <article className="work-one" ref={pane} tabIndex={-1} aria-label={t('queue.one')}>
      <button type="button" className="plain work-close" onClick={props.close}>
        ← {t('queue.back')}
      </button>
      <Suspense fallback={<Rows n={8} />}>{of(props)}</Suspense>
    </article>
  );
}

type Tab = Readonly<{ to: string; name: string; count?: number | undefined; isHere: boolean }>;
export function Tabs({ label, tabs }: Readonly<{ label: string; tabs: readonly Tab[] }>): ReactElement {
  return (
    <nav className="work-tabs" aria-label={label}>
      {tabs.map(({ to, name, count, isHere }) => (
        <a key={to} {...link(to)} aria-current={isHere ? 'true' : undefined}>
          {name} {count === undefined ? null : <b>{count}</b>}
        </a>
      ))}
    </nav>
  );
}

const NARROW = matchMedia('(max-width: 720px)');
const onWidth = (hear: () => void): (() => void) => {
  NARROW.addEventListener('change', hear);
  return () => NARROW.removeEventListener('change', hear);
};
const useNarrow = (): boolean => useSyncExternalStore(onWidth, () => NARROW.matches);
