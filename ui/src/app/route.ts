/** Where we are: the address, and nothing else. A handful of pages needs no library. */
import { type MouseEvent, useSyncExternalStore } from 'react';

const heard = new Set<() => void>();
const tell = (): void => {
  for (const hear of heard) hear();
};
addEventListener('popstate', tell);

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', to);
  tell();
}

const subscribe = (hear: () => void): (() => void) => {
  heard.add(hear);
  return () => heard.delete(hear);
};
/** Path below /app, and the query. */
export function useRoute(): Readonly<{ path: string; query: URLSearchParams }> {
  const at = useSyncExternalStore(subscribe, () => `${location.pathname}${location.search}`);
  const url = new URL(at, location.origin);
  return { path: url.pathname.replace(/^\/app/, '').replace(/\/+$/, '') || '/', query: url.searchParams };
}

/** A link that stays in the page, and is a link all the same: it opens in a new tab when asked to. */
export const link = (to: string): Readonly<{ href: string; onClick: (event: MouseEvent) => void }> => ({
  href: to,
  onClick(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  },
});
