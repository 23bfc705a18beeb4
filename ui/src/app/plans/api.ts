/** Plans, templates, the preview and the calculator as the server's contract has them. */
import type { z } from 'zod';
import type * as shape from '../../../../src/api/contract/plans.ts';
import { api, json, type PageOf } from '../../base/api.ts';

export type Plan = z.output<typeof shape.plan>;
export type Version = z.output<typeof shape.planVersion>;
export type Template = z.output<typeof shape.planTemplate>;
type Previewing = z.input<typeof shape.previewing>;
export type Preview = z.output<typeof shape.preview>;
export type Advising = z.input<typeof shape.advising>;
export type Advice = z.output<typeof shape.advice>;
type Calendar = z.output<typeof shape.calendar>;
/** As plans.yaml has it: every value text. */
export type Body = Readonly<Record<string, unknown>>;

const of = (id: string): string => `/v1/channels/${id}/plan`;

export const planApi = {
  one: (id: string) => json<Plan>(of(id)),
  set: (id: string, from: string, plan: Body) => json<Plan>(of(id), { method: 'PUT', body: { from, plan } }),
  preview: (body: Previewing, signal: AbortSignal) =>
    json<Preview>('/v1/plans/preview', { method: 'POST', body, signal }),
  advise: (body: Advising) => json<Advice>('/v1/plans/advise', { method: 'POST', body }),
};

export const asked = {
  channels: { queryKey: ['channels'], queryFn: api.channels, staleTime: 30_000 },
  one: (id: string) => ({ queryKey: ['plan', id], queryFn: () => planApi.one(id) }),
  history: (id: string) => ({
    queryKey: ['plan', id, 'history'],
    queryFn: () => json<PageOf<Version>>(`${of(id)}/history?limit=50`),
  }),
  templates: {
    queryKey: ['templates'],
    queryFn: () => json<Readonly<{ items: readonly Template[] }>>('/v1/plans/templates'),
    staleTime: Number.POSITIVE_INFINITY,
  },
  calendars: {
    queryKey: ['calendars'],
    queryFn: () => json<Readonly<{ items: readonly Calendar[] }>>('/v1/calendars'),
    staleTime: 60_000,
  },
};
