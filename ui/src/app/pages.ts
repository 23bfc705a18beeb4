/**
 * The pages of the back office: where each stands in the way about, at which address it answers, and its code, which comes when it is
 * wanted. A page finds its own way below its address.
 */
import { type ComponentType, type LazyExoticComponent, lazy } from 'react';
import type { Me } from '../base/api.ts';
import { approvals } from './refunds/api.ts';
import type { AppKey } from './words.ts';

/** `path` is the address below /app. A page with a folder has it under that name, and its looks hold there alone (`build.ts`). */
export type PageProps = Readonly<{ me: Me; path: string }>;
export type Place = Readonly<{
  path: string;
  name: AppKey;
  Page: LazyExoticComponent<ComponentType<PageProps>>;
  /** How many there wait for whoever looks, asked anew when the feed tells of what begins with `hears`. */
  waits?: Readonly<{ scope: Me['scopes'][number]; hears: string; count: () => Promise<number> }>;
}>;
export type Part = Readonly<{ name: AppKey; places: readonly Place[] }>;

export const PARTS: readonly Part[] = [
  {
    name: 'nav.money',
    places: [
      { path: '/overview', name: 'nav.overview', Page: lazy(() => import('./overview/overview.tsx')) },
      { path: '/payments', name: 'nav.payments', Page: lazy(() => import('./payments.tsx')) },
      { path: '/refunds', name: 'nav.refunds', Page: lazy(() => import('./refunds/refunds.tsx')) },
    ],
  },
  {
    name: 'nav.people',
    places: [
      { path: '/cases', name: 'nav.cases', Page: lazy(() => import('./cases/cases.tsx')) },
      {
        path: '/approvals',
        name: 'nav.approvals',
        Page: lazy(() => import('./approvals/approvals.tsx')),
        waits: {
          scope: 'approve',
          hears: 'refund.',
          count: async () => (await approvals.waiting()).filter((one) => one.may_decide).length,
        },
      },
    ],
  },
  {
    name: 'nav.books',
    places: [
      { path: '/imports', name: 'nav.imports', Page: lazy(() => import('./imports/imports.tsx')) },
      {
        path: '/reconciliations',
        name: 'nav.reconciliations',
        Page: lazy(() => import('./reconciliations/reconciliations.tsx')),
      },
      { path: '/breaks', name: 'nav.breaks', Page: lazy(() => import('./breaks/breaks.tsx')) },
      { path: '/ledger', name: 'nav.ledger', Page: lazy(() => import('./ledger/ledger.tsx')) },
    ],
  },
  {
    name: 'nav.setUp',
    places: [
      { path: '/channels', name: 'nav.channels', Page: lazy(() => import('./channels/channels.tsx')) },
      { path: '/terminals', name: 'nav.terminals', Page: lazy(() => import('./terminals/terminals.tsx')) },
      { path: '/plans', name: 'nav.plans', Page: lazy(() => import('./plans/plans.tsx')) },
      { path: '/settings', name: 'nav.settings', Page: lazy(() => import('./settings/settings.tsx')) },
      { path: '/start', name: 'nav.start', Page: lazy(() => import('./start.tsx')) },
    ],
  },
];

const HOME = '/overview';
/** The place an address belongs to. */
export function placeAt(path: string): Place | undefined {
  const at = path === '/' ? HOME : path;
  return PARTS.flatMap((part) => part.places).find((place) => at === place.path || at.startsWith(`${place.path}/`));
}
