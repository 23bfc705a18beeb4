/** The pages within a page: links in a row that scrolls by itself where there is no room. */
import './subnav.css';
import { type ReactElement, useEffect, useRef } from 'react';
import { link } from './route.ts';

export type SubPage = Readonly<{ to: string; name: string; isHere: boolean; count?: number | undefined }>;

export function SubNav({ label, pages }: Readonly<{ label: string; pages: readonly SubPage[] }>): ReactElement {
  const list = useRef<HTMLUListElement>(null);
  const here = pages.find((p) => p.isHere)?.to;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place that is chosen comes into sight
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>('[aria-current]');
    const row = list.current;
    if (chosen !== null && chosen !== undefined && row !== null) row.scrollLeft = chosen.offsetLeft - 24;
  }, [here]);
  return (
    <nav className="subnav" aria-label={label}>
      <ul ref={list}>
        {pages.map(({ to, name, isHere, count }) => (
          <li key={to}>
            <a {...link(to)} aria-current={isHere ? 'page' : undefined}>
              {name}
              {count === undefined || count === 0 ? null : <span className="subnav-count">{count}</span>}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
