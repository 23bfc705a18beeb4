/** The routes of settings, typed by the contract. */
import type { z } from 'zod';
import type * as logs from '../../../../src/api/contract/logs.ts';
import type * as people from '../../../../src/api/contract/members.ts';
import type * as shape from '../../../../src/api/contract.ts';
import { json, type PageOf, query } from '../../base/api.ts';

export type Member = z.output<typeof people.member>;
export type Role = z.output<typeof people.role>;
export type Invitation = z.output<typeof people.invitation>;
type Session = z.output<typeof people.memberSession>;
export type Key = z.output<typeof shape.key>;
export type Endpoint = z.output<typeof shape.endpoint>;
export type Delivery = z.output<typeof shape.delivery>;
export type DeliveryWhole = z.output<typeof logs.deliveryWhole>;
export type Message = z.output<typeof logs.message>;
export type Rejected = z.output<typeof logs.rejected>;
export type Finding = z.output<typeof shape.finding>;
export type Release = 'yes' | 'no' | 'ask';
export type Surplus = 'refund' | 'ask';
export type Policy = Readonly<{
  ask_above: Readonly<Record<string, string>>;
  explain_alone: Readonly<Record<string, string>>;
  release: Readonly<{ paid_after_close: Release; overpaid: Release; duplicate: Release }>;
  refund_alone: Readonly<Record<string, string>>;
  refund_two_above: Readonly<Record<string, string>>;
  refund_daily: Readonly<Record<string, string>>;
  refund_days: number;
  paid_after_close: Surplus | 'reopen';
  duplicate: Surplus;
  overpaid: Surplus;
  record_within_seconds: number;
  pending_case_minutes: number;
}>;
export type PolicyVersion = Readonly<{
  version: number;
  policy: Policy;
  made_by?: string;
  made_by_name?: string;
  made_at?: string;
}>;
type Said = Readonly<Record<string, string | undefined>>;

const post = <T>(path: string, body: unknown = {}): Promise<T> => json<T>(path, { method: 'POST', body });
const remove = (path: string): Promise<void> => json<void>(path, { method: 'DELETE' });

export const settings = {
  administrators: () => json<{ names: string[] }>('/v1/members/administrators'),
  members: () => json<PageOf<Member>>('/v1/members'),
  invite: (name: string, role: Role) => post<Invitation>('/v1/members', { name, role }),
  linkFor: (id: string) => post<Invitation>(`/v1/members/${id}/link`),
  change: (id: string, body: z.input<typeof people.memberPatch>) =>
    json<Member>(`/v1/members/${id}`, { method: 'PATCH', body }),
  sessions: (id: string) => json<PageOf<Session>>(`/v1/members/${id}/sessions`),
  endSession: (id: string, session: string) => remove(`/v1/members/${id}/sessions/${session}`),
  rename: (name: string) => json<void>('/v1/me', { method: 'PATCH', body: { name } }),
  keys: () => json<PageOf<Key>>('/v1/keys'),
  makeKey: (body: z.input<typeof shape.newKey>) => post<Key>('/v1/keys', body),
  revokeKey: (id: string) => remove(`/v1/keys/${id}`),
  endpoints: () => json<PageOf<Endpoint>>('/v1/webhook-endpoints'),
  addEndpoint: (body: z.input<typeof shape.newEndpoint>) => post<Endpoint>('/v1/webhook-endpoints', body),
  removeEndpoint: (id: string) => remove(`/v1/webhook-endpoints/${id}`),
  rotate: (id: string) => post<Endpoint>(`/v1/webhook-endpoints/${id}/rotate`),
  replayFrom: (id: string, after: string, through: string | undefined) =>
    post<{ queued: number }>(`/v1/webhook-endpoints/${id}/replay`, {
      after,
      ...(through === undefined ? {} : { through }),
    }),
  deliveries: (id: string, by: Said) => json<PageOf<Delivery>>(`/v1/webhook-endpoints/${id}/deliveries${query(by)}`),
  delivery: (id: string, one: string) => json<DeliveryWhole>(`/v1/webhook-endpoints/${id}/deliveries/${one}`),
  replay: (id: string, one: string) => post<{ id: string }>(`/v1/webhook-endpoints/${id}/deliveries/${one}/replay`),
  messages: (by: Said) => json<PageOf<Message>>(`/v1/messages${query(by)}`),
  rejected: (by: Said) => json<PageOf<Rejected>>(`/v1/messages/rejected${query(by)}`),
  readAgain: (id: string) =>
    json<{ queued: boolean; payments: number; changed: number }>(`/v1/messages/${id}/replay`, { method: 'POST' }),
  policy: () => json<{ current: PolicyVersion; versions: readonly PolicyVersion[] }>('/v1/policy'),
  setPolicy: (after: number, policy: Policy) =>
    json<PolicyVersion>('/v1/policy', { method: 'PUT', body: { after, policy } }),
  doctor: () => json<{ checks: readonly Finding[] }>('/v1/doctor'),
};
