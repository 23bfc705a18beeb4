/** What this page asks the server for, typed by its contract. */
import type { z } from 'zod';
import type * as shape from '../../../../src/api/contract/overview.ts';
import { json, query } from '../../base/api.ts';

export type Overview = z.output<typeof shape.overview>;
export type Glance = Overview['channels'][number];
export type Want = Overview['wants'][number];
export type Station = Overview['stations'][number];

export const DAYS = [7, 30, 90] as const;
export type Asked = Readonly<{ days: number; currency: string | undefined }>;

export const overviewOf = ({ days, currency }: Asked, signal: AbortSignal): Promise<Overview> =>
  json<Overview>(`/v1/overview${query({ days: String(days), currency })}`, { signal });

/** The payments behind a figure: the same days, the same currency. */
export const rowsOf = (
  { from, currency }: Pick<Overview, 'from' | 'currency'>,
  by: Readonly<Record<string, string | undefined>>,
): string => `/app/payments${query({ ...by, currency, from })}`;

/** So many payments, in words. */
export const countOf = (
  n: number,
  t: (key: 'overview.payment' | 'overview.payments', values: Readonly<{ n: number }>) => string,
): string => t(n === 1 ? 'overview.payment' : 'overview.payments', { n });
