/** What reconciliations found, to be looked at: each day of each account, a run in short, and its lines down to the bytes. */
import { z } from 'zod';
import type { Side } from '../../actions/documents.ts';
import { runDays } from '../../actions/run-days.ts';
import { type DoneRun, documentIdOf, doneRun, explainedIn, pageOfLines, wholeLine } from '../../actions/run-lines.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { isZone } from '../../base/time.ts';
import * as words from '../../reconcile/report/words.ts';
import type { RunLine } from '../../sources/run-lines-child.ts';
import type { Caller } from '../auth.ts';
import * as reconciled from '../contract/reconciled.ts';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const MOST_DAYS = 100;

const of = <K extends string>(
  table: Readonly<Record<string, Readonly<Record<K, Text>>>>,
  part: K,
): Record<string, Text> => Object.fromEntries(Object.entries(table).map(([code, row]) => [code, row[part]]));
/** The report's own, so that nothing has two names. */
const WORDS = {
  classes: of(words.CLASS_WORDS, 'label'),
  explains: of(words.CLASS_WORDS, 'explain'),
  joints: of(words.JOINT_WORDS, 'label'),
  asks: of(words.JOINT_WORDS, 'explain'),
  ours: of(words.JOINT_WORDS, 'ours'),
  theirs: of(words.JOINT_WORDS, 'theirs'),
  batches: of(words.BATCH_STATE_WORDS, 'label'),
  batch_kinds: words.BATCH_KIND_WORDS,
  places: words.PLACE_WORDS,
  roles: words.ROLE_WORDS,
  kinds: words.KIND_WORDS,
  statuses: words.STATUS_WORDS,
  refs: words.REF_WORDS,
};

export function reconciledRoutes(api: Api, on: Serving): void {
  const params = z.object({ id: shape.id });
  const done = async (caller: Caller, id: string): Promise<DoneRun> =>
    (await doneRun(on, sideOf(caller), id)) ?? notFound();

  api.get(
    '/v1/reconciliations/days',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listReconciledDays',
        summary: 'Each day of each account: what stands for it, what is missing',
        description: `At most ${MOST_DAYS} days. A break counts in one row: its account's; the bank's where only a statement shows it; else the orders'.`,
        tags: ['reconciliations'],
        querystring: z.strictObject({
          from: shape.day,
          to: shape.day,
          timezone: z.string().min(1).max(64).default('Asia/Shanghai'),
        }),
        response: { 200: reconciled.reconciledDays },
      },
    },
    async ({ caller, query }) => {
      const [from, to] = [Temporal.PlainDate.from(query.from), Temporal.PlainDate.from(query.to)];
      const days = from.until(to).days + 1;
      if (days < 1 || days > MOST_DAYS || from.year < 1970 || to.year > 9000)
        throw new DaozhangError('api.bad_request', { reason: 'from, to' });
      if (!isZone(query.timezone)) throw new DaozhangError('api.bad_request', { reason: 'timezone' });
      const now = on.pace.now();
      const today = now.toZonedDateTimeISO(query.timezone).toPlainDate();
      return await on.book.tenant(caller.tenantId, (tx) =>
        runDays(tx, { livemode: caller.livemode, from, to, today, now }),
      );
    },
  );

  api.get(
    '/v1/reconciliations/:id/summary',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getReconciliationSummary',
        summary: 'What it found, without the long lists: verdict, proof, batches, fees',
        description:
          'As in result.json; lists are cut, and `of` says how long they are. Beside it, how much of each class people have explained.',
        tags: ['reconciliations'],
        params,
        response: { 200: reconciled.runSummary, 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      const { brief } = await done(caller, params.id);
      const explained = await explainedIn(on, sideOf(caller), params.id);
      const classes = brief.classes.map((c) => ({ ...c, explained: explained.get(`${c.part} ${c.class}`) ?? 0 }));
      return { ...brief, classes, words: WORDS } as unknown as z.output<typeof reconciled.runSummary>;
    },
  );

  api.get(
    '/v1/reconciliations/:id/lines',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listReconciledLines',
        summary: 'The lines of a day and where each ended up',
        description: 'In the order of the documents. `totals` add up to the day.',
        tags: ['reconciliations'],
        params,
        querystring: reconciled.lineQuery,
        response: { 200: reconciled.runLines, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, query }) => {
      const run = await done(caller, params.id);
      const { totals, found, items, next } = await pageOfLines(on, sideOf(caller), run, query);
      return dropEmpty({
        totals: totals.map((t) => ({ ...t })),
        found,
        items: items.map((line) => lineOut(run, line)),
        next,
      });
    },
  );

  api.get(
    '/v1/reconciliations/:id/lines/:line',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getReconciledLine',
        summary: 'One line with its bytes, its place in the document, and its other half',
        tags: ['reconciliations'],
        params: z.object({ id: shape.id, line: reconciled.lineId }),
        response: { 200: reconciled.runLineWhole, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params }) => {
      const run = await done(caller, params.id);
      const line = (await wholeLine(on, sideOf(caller), run, params.line)) ?? notFound();
      return { ...lineOut(run, line), with: line.with.map((other) => lineOut(run, other)) };
    },
  );
}

const sideOf = ({ tenantId, livemode }: Caller): Side => ({ tenantId, livemode });

const lineOut = (run: DoneRun, line: RunLine): z.output<typeof reconciled.runLine> => {
  const { made: _, ...evidence } = line.evidence;
  return dropEmpty({
    id: line.id,
    place: line.place,
    pass: line.pass,
    batch: line.batch,
    break: line.break,
    document_id: documentIdOf(run, evidence.file),
    evidence: evidence as z.output<typeof reconciled.lineEvidence>,
  });
};
