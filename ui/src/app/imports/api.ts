/** What this page asks of the server, typed by its contract. */
import type { z } from 'zod';
import type * as documents from '../../../../src/api/contract/documents.ts';
import type * as shape from '../../../../src/api/contract.ts';
import { ask, json, type PageOf, query, Trouble } from '../../base/api.ts';
import type { Evidence } from '../record.tsx';

export type Document = z.output<typeof documents.document>;
export type DocumentPart = NonNullable<Document['parts']>[number];
export type Reading = z.output<typeof documents.reading>;
export type Part = Reading['parts'][number];
export type ReadPart = Exclude<Part, { refused: unknown }>;
export type Line = Reading['items'][number];
export type Cells = z.output<typeof documents.cells>;
export type Tried = z.output<typeof documents.tried>;
export type Mapping = z.output<typeof documents.mapping>;
export type MappingKind = Mapping['kind'];
export type Fields = Readonly<Record<string, unknown>>;

/** The contract leaves it open, because the pipeline's own type is not the browser's. */
export const evidenceOf = (line: Line): Evidence => line.evidence as unknown as Evidence;
export const isRead = (part: Part): part is ReadPart => !('refused' in part);

const BUSY_MS = 800;
const MOST_TRIES = 40;
/** Two documents are read at a time; whoever comes third waits a moment. */
async function patiently<T>(what: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await what();
    } catch (error) {
      const isBusy = error instanceof Trouble && error.code === 'document.busy';
      if (!isBusy || tries >= MOST_TRIES || signal?.aborted === true) throw error;
      await new Promise((done) => setTimeout(done, BUSY_MS));
    }
  }
}

export const books = {
  list: (by: Readonly<{ origin?: string | undefined; after?: string | undefined }>, signal?: AbortSignal) =>
    json<PageOf<Document>>(`/v1/documents${query({ ...by, limit: '50' })}`, { signal }),
  document: (id: string) => json<Document>(`/v1/documents/${id}`),
  reading: (id: string, signal?: AbortSignal) =>
    patiently(() => json<Reading>(`/v1/documents/${id}/reading`, { signal }), signal),
  cells: (id: string, part: number, encoding: string | undefined, signal?: AbortSignal) =>
    patiently(
      () => json<Cells>(`/v1/documents/${id}/cells${query({ part: String(part), encoding })}`, { signal }),
      signal,
    ),
  attempt: (id: string, body: Readonly<{ part: number; kind: MappingKind; fields: Fields }>, signal?: AbortSignal) =>
    patiently(() => json<Tried>(`/v1/documents/${id}/try`, { method: 'POST', body, signal }), signal),
  raw: (id: string) => ask(`/v1/documents/${id}/raw`),
  rejects: (id: string) => patiently(() => ask(`/v1/documents/${id}/rejects.csv`)),
  belongsTo: (id: string, accountId: string | null) =>
    json<Document>(`/v1/documents/${id}`, { method: 'PATCH', body: { account_id: accountId } }),
  mappings: () => json<PageOf<Mapping>>('/v1/mappings'),
  saveMapping: (body: Readonly<{ name: string; kind: MappingKind; fields: Fields; after: number }>) =>
    json<Mapping>('/v1/mappings', { method: 'POST', body }),
  endMapping: (id: string) => json<void>(`/v1/mappings/${id}/end`, { method: 'POST' }),
  reconcile: (body: z.input<typeof shape.newReconciliation>) =>
    json<Readonly<{ id: string }>>('/v1/reconciliations', { method: 'POST', body }),
};
