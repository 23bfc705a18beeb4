/** Channel accounts as the server's contract has them. */
import type { z } from 'zod';
import type * as channelShape from '../../../../src/api/contract/channels.ts';
import type * as planShape from '../../../../src/api/contract/plans.ts';
import type * as shape from '../../../../src/api/contract.ts';
import { type Channel, json, type PageOf } from '../../base/api.ts';

export type { Channel };
export type Provider = z.output<typeof channelShape.provider>;
export type Check = z.output<typeof shape.check>;
export type BillDay = z.output<typeof shape.billDay>;
export type NewChannel = z.input<typeof shape.newChannel>;
export type ChannelPatch = z.input<typeof shape.channelPatch>;
type Address = z.output<typeof channelShape.madeAddress>;
type Plan = z.output<typeof planShape.plan>;
export type SelfTest = Readonly<{ ok: boolean; checks: readonly Check[] }>;

const of = (id: string): string => `/v1/channels/${id}`;

export const channelApi = {
  list: () => json<PageOf<Channel>>('/v1/channels'),
  providers: () => json<Readonly<{ items: readonly Provider[] }>>('/v1/channels/providers'),
  one: (id: string) => json<Channel>(of(id)),
  add: (body: NewChannel) => json<Channel>('/v1/channels', { method: 'POST', body }),
  change: (id: string, body: ChannelPatch) => json<Channel>(of(id), { method: 'PATCH', body }),
  test: (id: string, signal?: AbortSignal) => json<SelfTest>(`${of(id)}/test`, { method: 'POST', signal }),
  address: (id: string, endOthers: boolean) =>
    json<Address>(`${of(id)}/address`, { method: 'POST', body: { end_others: endOthers } }),
  bills: (id: string) => json<PageOf<BillDay>>(`${of(id)}/bills`),
  plan: (id: string) => json<Plan>(`${of(id)}/plan`),
};

/** Queries that several pages share, under one name each. */
export const asked = {
  list: { queryKey: ['channels'], queryFn: channelApi.list },
  providers: { queryKey: ['providers'], queryFn: channelApi.providers, staleTime: Number.POSITIVE_INFINITY },
  one: (id: string) => ({ queryKey: ['channel', id], queryFn: () => channelApi.one(id) }),
  bills: (id: string) => ({ queryKey: ['bills', id], queryFn: () => channelApi.bills(id) }),
  plan: (id: string) => ({ queryKey: ['plan', id], queryFn: () => channelApi.plan(id) }),
};
