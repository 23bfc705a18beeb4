/** Stores, terminals, findings and code checks as the server's contract has them. */
import type { z } from 'zod';
import type * as shape from '../../../../src/api/contract/terminals.ts';
import { ask, json, type PageOf, query } from '../../base/api.ts';

export type Terminal = z.output<typeof shape.terminal>;
export type Story = z.output<typeof shape.terminalHistory>;
export type Store = z.output<typeof shape.store>;
export type Finding = z.output<typeof shape.terminalFinding>;
export type Checked = z.output<typeof shape.codeCheck>;
type CheckLine = z.output<typeof shape.codeCheckLine>;
export type NewTerminal = z.input<typeof shape.newTerminal>;
export type NewStep = z.input<typeof shape.newStep>;
export type NewBinding = z.input<typeof shape.newBinding>;
type Codes = z.output<typeof shape.codesRead>;

export type Filter = Readonly<{ store: string; state: string; account_id: string }>;
const of = (id: string): string => `/v1/terminals/${id}`;

export const terminalApi = {
  list: (by: Filter, after: string | undefined) =>
    json<PageOf<Terminal>>(`/v1/terminals${query({ ...by, after, limit: '100' })}`),
  one: (id: string) => json<Story>(of(id)),
  add: (body: NewTerminal) => json<Story>('/v1/terminals', { method: 'POST', body }),
  step: (id: string, body: NewStep) => json<Story>(`${of(id)}/steps`, { method: 'POST', body }),
  bind: (id: string, body: NewBinding) => json<Story>(`${of(id)}/bindings`, { method: 'POST', body }),
  stores: () => json<PageOf<Store>>('/v1/stores?limit=200'),
  putStore: (code: string, name: string) => json<unknown>('/v1/stores', { method: 'POST', body: { code, name } }),
  findings: (isOpen: boolean, after: string | undefined) =>
    json<PageOf<Finding>>(`/v1/terminals/findings${query({ open: isOpen ? 'true' : undefined, after })}`),
  close: (id: string, note: string) =>
    json<unknown>(`/v1/terminals/findings/${id}/close`, { method: 'POST', body: { note } }),
  check: (content: string, store: string) =>
    json<Checked>('/v1/terminals/check', { method: 'POST', body: { content, ...(store !== '' && { store }) } }),
  checks: () => json<PageOf<CheckLine>>('/v1/terminals/checks?limit=20'),
  codesIn: async (picture: Blob): Promise<Codes> =>
    await (await ask('/v1/terminals/codes', { method: 'POST', bytes: picture })).json(),
};

export const asked = {
  stores: { queryKey: ['stores'], queryFn: terminalApi.stores, staleTime: 30_000 },
  one: (id: string) => ({ queryKey: ['terminal', id], queryFn: () => terminalApi.one(id) }),
  findings: { queryKey: ['findings', 'open'], queryFn: () => terminalApi.findings(true, undefined) },
};
