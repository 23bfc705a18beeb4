/** What this page asks the server. */
import { useQuery } from '@tanstack/react-query';
import type { z } from 'zod';
import type * as ledger from '../../../../src/api/contract/ledger.ts';
import type * as reconciled from '../../../../src/api/contract/reconciled.ts';
import type * as shape from '../../../../src/api/contract.ts';
import { type Ask, ask, json, type PageOf, query, Trouble } from '../../base/api.ts';
import { saveAs } from '../bytes.ts';

export type Run = z.output<typeof shape.reconciliation>;
export type Days = z.output<typeof reconciled.reconciledDays>;
export type DayRow = Days['rows'][number];
export type Cell = z.output<typeof reconciled.dayCell>;
export type Summary = z.output<typeof reconciled.runSummary>;
export type Lines = z.output<typeof reconciled.runLines>;
export type Line = z.output<typeof reconciled.runLine>;
export type LineWhole = z.output<typeof reconciled.runLineWhole>;
export type SignOff = z.output<typeof ledger.signOff>;
type LinesBy = Readonly<{
  role: string;
  channel: string | undefined;
  account: string | undefined;
  on: string;
  place: string | undefined;
}>;

const AT = '/v1/reconciliations';
export const reconciliations = {
  days: (from: string, to: string, how?: Ask) => json<Days>(`${AT}/days${query({ from, to })}`, how),
  runs: (after: string | undefined, how?: Ask) => json<PageOf<Run>>(`${AT}${query({ limit: '20', after })}`, how),
  run: (id: string) => json<Run>(`${AT}/${id}`),
  cancel: (id: string) => json<Run>(`${AT}/${id}/cancel`, { method: 'POST' }),
  summary: (id: string) => json<Summary>(`${AT}/${id}/summary`),
  lines: (id: string, by: LinesBy, after: string | undefined, how?: Ask) =>
    json<Lines>(`${AT}/${id}/lines${query({ ...by, after, limit: '200' })}`, how),
  line: (id: string, line: string) => json<LineWhole>(`${AT}/${id}/lines/${line}`),
  signOffs: () => json<PageOf<SignOff>>('/v1/ledger/sign-offs'),
  document: (id: string) => ask(`/v1/documents/${id}/raw`),
  file: (id: string, name: string) => ask(`${AT}/${id}/files/${encodeURIComponent(name)}`),
};

/** The run as it goes on, until it has ended; comes again by itself where the line breaks. Returns the end. */
export function followRun(id: string, hear: (run: Run) => void): () => void {
  const over = new AbortController();
  const follow = async (): Promise<void> => {
    for (let wait = 500; !over.signal.aborted; wait = Math.min(wait * 2, 15_000)) {
      try {
        const response = await ask(`${AT}/${id}/progress`, { signal: over.signal });
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        let text = '';
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          text += value;
          for (let end = text.indexOf('\n\n'); end !== -1; end = text.indexOf('\n\n')) {
            const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
            text = text.slice(end + 2);
            if (data === undefined) continue;
            wait = 500;
            const run = JSON.parse(data) as Run;
            hear(run);
            if (run.ended_at !== undefined) return;
          }
        }
      } catch (error) {
        if (error instanceof Trouble && (error.kind === 'denied' || error.kind === 'absent')) return;
      }
      if (!over.signal.aborted) await new Promise((done) => setTimeout(done, wait));
    }
  };
  void follow();
  return () => over.abort();
}

/** The bytes as they are, onto the reader's disk. */
export async function save(asked: Promise<Response>, name: string): Promise<void> {
  saveAs(name, await (await asked).blob());
}

export const summaryKey = (id: string) => ['reconciliation', id, 'summary'];
/** What a run found does not change; what people explained of it does. */
export const useSummary = (id: string) =>
  useQuery({ queryKey: summaryKey(id), queryFn: () => reconciliations.summary(id), staleTime: 30_000 });
