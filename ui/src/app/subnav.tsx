/** The pages within a page: links in a row that scrolls by itself where there is no room. */
import './subnav.css';
import { type ReactElement, useEffect, useRef } from 'react';
import { link } from './route.ts';

type SubPage = Readonly<{ to: string; name: string; count?: number | string | undefined }>;

type SubNavProps = Readonly<{ label: string; here: string; pages: readonly SubPage[] }>;
export function SubNav({ label, here, pages }: SubNavProps): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place that is chosen comes into sight
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>('[aria-current]');
    const row = list.current;
    if (chosen !== null && chosen !== undefined && row !== null) row.scrollLeft = chosen.offsetLeft - 24;
  }, [here]);
  return (
    <nav className="subnav" aria-label={label}>
      <ul ref={list}>
        {pages.map(({ to, name, count }) => (
          <li key={to}>
            <a {...link(to)} aria-current={to === here ? 'page' : undefined}>
              {name}
              {count === undefined || count === 0 ? null : <span className="subnav-count">{count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
