/** Stores, terminals and codes: applied for, moved, taken out of service; and the check of the shop's own code. */
import { z } from 'zod';
import { closeFindings } from '../../actions/places.ts';
import { stepsFrom, TERMINAL_STATES } from '../../actions/terminal-states.ts';
import { moneyView } from '../../actions/view.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { TenantTx } from '../../db/pool.ts';
import { MOST_IMAGE_BYTES } from '../../people/barcodes.ts';
import {
  type BindingOut,
  checksOf,
  findingsOf,
  historyOf,
  listTerminals,
  oneTerminal,
  type TerminalOut,
} from '../../people/registry.ts';
import { type Checked, checkCode } from '../../people/sticker.ts';
import { addTerminal, type Bound, bindTerminal, type Doing, putStore, stepTerminal } from '../../people/terminals.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as terminals from '../contract/terminals.ts';
import * as shape from '../contract.ts';
import { cursor, dropEmpty, fromCursor, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

const READ_MS = 3_000;

export function terminalRoutes(api: Api, on: Serving): void {
  const doing = (caller: Caller): Doing => ({
    livemode: caller.livemode,
    by: actorOf(caller),
    now: on.pace.now(),
  });
  const params = z.object({ id: shape.id });

  api.post(
    '/v1/stores',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'putStore',
        summary: 'Add a store, or give it another name',
        tags: ['terminals'],
        body: terminals.newStore,
        response: { 200: terminals.newStore },
      },
    },
    async ({ caller, body }) => {
      await on.book.tenant(caller.tenantId, (tx) => putStore(tx, doing(caller), body.code, body.name));
      return body;
    },
  );

  api.get(
    '/v1/stores',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listStores',
        summary: 'The stores, by their codes',
        tags: ['terminals'],
        querystring: z.strictObject({ limit: shape.paging.limit, after: z.string().max(64).optional() }),
        response: { 200: shape.page(terminals.store) },
      },
    },
    async ({ caller, query }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        tx.rows<{ code: string; name: string; created_at: Temporal.Instant; added_by: string }>(
          `select code, name, created_at, added_by from stores
            where tenant_id = $1 and livemode = $2 and ($3::text is null or code > $3) order by code limit $4`,
          [tx.tenantId, caller.livemode, query.after ?? null, query.limit],
        ),
      );
      return dropEmpty({
        items: rows.map((r) => ({ ...r, created_at: r.created_at.toString() })),
        next: rows.length === query.limit ? rows.at(-1)!.code : undefined,
      });
    },
  );

  api.post(
    '/v1/terminals',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'addTerminal',
        summary: 'Apply for a terminal or code, or register one that is there',
        tags: ['terminals'],
        body: terminals.newTerminal,
        response: { 201: terminals.terminalHistory, 404: shape.problem, 409: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, body }, reply) => {
      const made = await on.book.tenant(caller.tenantId, async (tx) => {
        const id = await addTerminal(tx, doing(caller), {
          ...boundOf(body),
          kind: body.kind,
          name: body.name,
          serialNo: body.serial_no,
          model: body.model,
          state: body.state,
          ...whenOf(body),
        });
        return await whole(tx, caller, id);
      });
      return await reply.status(201).send(made);
    },
  );

  api.get(
    '/v1/terminals',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listTerminals',
        summary: 'Terminals and codes, newest first',
        tags: ['terminals'],
        querystring: z.strictObject({
          ...shape.paging,
          store: z.string().max(64).optional(),
          state: terminals.terminalState.optional(),
          account_id: shape.id.optional(),
          name: z.string().max(64).optional(),
        }),
        response: { 200: shape.page(terminals.terminal) },
      },
    },
    async ({ caller, query }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        listTerminals(tx, caller.livemode, {
          store: query.store,
          state: query.state,
          accountId: query.account_id,
          name: query.name,
          after: fromCursor(query.after),
          limit: query.limit,
        }),
      );
      const last = rows.length === query.limit ? rows.at(-1) : undefined;
      return dropEmpty({
        items: rows.map(terminalView),
        next: last === undefined ? undefined : cursor(last.created_at.toString(), last.id),
      });
    },
  );

  api.get(
    '/v1/terminals/:id',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getTerminal',
        summary: 'One terminal, with who did what to it and where it stood',
        tags: ['terminals'],
        params,
        response: { 200: terminals.terminalHistory, 404: shape.problem },
      },
    },
    ({ caller, params }) => on.book.tenant(caller.tenantId, (tx) => whole(tx, caller, params.id)),
  );

  api.post(
    '/v1/terminals/:id/steps',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'stepTerminal',
        summary: 'The next step of its life',
        description: 'What may be done now stands in `steps` of the terminal; anything else is refused.',
        tags: ['terminals'],
        params,
        body: terminals.newStep,
        response: { 200: terminals.terminalHistory, 404: shape.problem, 409: shape.problem, 422: shape.problem },
      },
    },
    ({ caller, params, body }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await stepTerminal(tx, doing(caller), params.id, body.step, whenOf(body));
        return await whole(tx, caller, params.id);
      }),
  );

  api.post(
    '/v1/terminals/:id/bindings',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'bindTerminal',
        summary: 'Move it, or bind it to another account, number or code',
        description: 'What is left out stays; null takes away. The binding before is kept, with its end.',
        tags: ['terminals'],
        params,
        body: terminals.newBinding,
        response: { 200: terminals.terminalHistory, 404: shape.problem, 409: shape.problem, 422: shape.problem },
      },
    },
    ({ caller, params, body }) =>
      on.book.tenant(caller.tenantId, async (tx) => {
        await bindTerminal(tx, doing(caller), params.id, { ...boundOf(body), name: body.name }, whenOf(body));
        return await whole(tx, caller, params.id);
      }),
  );

  api.post(
    '/v1/terminals/check',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'checkCode',
        summary: 'Is the code on the counter ours?',
        description:
          'Scan the shop’s own code at opening. It is compared with the registered ones to the character; one that does not fit is an alarm, kept, and opens a case.',
        tags: ['terminals'],
        body: terminals.newCodeCheck,
        response: { 200: terminals.codeCheck, 422: shape.problem },
      },
    },
    async ({ caller, body }) =>
      checkView(
        await on.book.tenant(caller.tenantId, (tx) => checkCode(tx, doing(caller), body.content.trim(), body.store)),
      ),
  );

  api.get(
    '/v1/terminals/checks',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listCodeChecks',
        summary: 'Checks of codes, newest first',
        tags: ['terminals'],
        querystring: z.strictObject({ ...shape.paging, store: z.string().max(64).optional() }),
        response: { 200: shape.page(terminals.codeCheckLine) },
      },
    },
    async ({ caller, query }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        checksOf(tx, caller.livemode, { store: query.store, after: fromCursor(query.after), limit: query.limit }),
      );
      const last = rows.length === query.limit ? rows.at(-1) : undefined;
      return dropEmpty({
        items: rows.map((r) =>
          dropEmpty({
            id: r.id,
            result: r.result,
            alarm: r.result !== 'matches',
            content: r.content,
            kind: r.recognised,
            store: r.store ?? undefined,
            terminal_id: r.terminal_id ?? undefined,
            finding_id: r.finding_id ?? undefined,
            by: r.by,
            by_name: r.by_name ?? undefined,
            at: r.at.toString(),
          }),
        ),
        next: last === undefined ? undefined : cursor(last.at.toString(), last.id),
      });
    },
  );

  api.get(
    '/v1/terminals/findings',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listTerminalFindings',
        summary: 'Payments and codes that do not fit the registry, newest first',
        tags: ['terminals'],
        querystring: z.strictObject({ ...shape.paging, open: z.enum(['true', 'false']).optional() }),
        response: { 200: shape.page(terminals.terminalFinding) },
      },
    },
    async ({ caller, query }) => {
      const rows = await on.book.tenant(caller.tenantId, (tx) =>
        findingsOf(tx, caller.livemode, {
          open: query.open === undefined ? undefined : query.open === 'true',
          after: fromCursor(query.after),
          limit: query.limit,
        }),
      );
      const last = rows.length === query.limit ? rows.at(-1) : undefined;
      return dropEmpty({
        items: rows.map((r) =>
          dropEmpty({
            id: r.id,
            kind: r.kind,
            said: r.said,
            account_id: r.account_id ?? undefined,
            terminal_id: r.terminal_id ?? undefined,
            store: r.store || undefined,
            times: r.times.toString(),
            amount: r.currency === '' ? undefined : moneyView(BigInt(r.amount_minor), r.currency),
            first_at: r.first_at.toString(),
            last_at: r.last_at.toString(),
            opened_at: r.opened_at.toString(),
            closed_at: r.closed_at?.toString(),
            closed_by: r.closed_by ?? undefined,
            close_note: r.close_note ?? undefined,
          }),
        ),
        next: last === undefined ? undefined : cursor(last.opened_at.toString(), last.id),
      });
    },
  );

  api.post(
    '/v1/terminals/findings/:id/close',
    {
      config: { scope: 'act' },
      schema: {
        operationId: 'closeTerminalFinding',
        summary: 'It was looked into',
        description: 'Its case is closed too. The next payment or scan that does not fit opens another.',
        tags: ['terminals'],
        params,
        body: z.strictObject({ note: shape.text(1_000, 1) }),
        response: { 200: z.object({ id: shape.id }), 404: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      const { by } = doing(caller);
      const closed = await on.book.tenant(caller.tenantId, (tx) =>
        closeFindings(tx, caller.livemode, [params.id], by, body.note),
      );
      return closed === 0 ? notFound() : { id: params.id };
    },
  );
}

/** The body is the picture itself: a scope of its own, where no body is parsed. */
export function codePictureRoute(api: Api, on: Serving): void {
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MOST_IMAGE_BYTES }, (_, body, done) =>
    done(null, body),
  );
  api.post(
    '/v1/terminals/codes',
    {
      config: { scope: 'act' },
      bodyLimit: MOST_IMAGE_BYTES,
      schema: {
        operationId: 'readCodePicture',
        summary: 'What the codes in a photo say (PNG, JPEG, at most 8 MiB)',
        description: 'For `checkCode`, where nothing can scan. The picture is not kept.',
        tags: ['terminals'],
        response: { 200: terminals.codesRead, 413: shape.problem, 422: shape.problem, 503: shape.problem },
      },
    },
    async ({ body }) => {
      if (!Buffer.isBuffer(body)) throw new DaozhangError('image.not_one', {});
      const codes = await on.barcodes.read(body, READ_MS);
      return { codes: codes.map(({ text, format }) => ({ text, format })) };
    },
  );
}

async function whole(tx: TenantTx, caller: Caller, id: string): Promise<z.output<typeof terminals.terminalHistory>> {
  const one = await oneTerminal(tx, caller.livemode, id);
  if (one === undefined) return notFound();
  const { steps, bindings } = await historyOf(tx, id);
  return {
    ...terminalView(one),
    history: steps.map((s) =>
      dropEmpty({
        n: s.n,
        step: s.step,
        from: s.from_state ?? undefined,
        to: s.to_state,
        at: s.at.toString(),
        ...whoView(s),
      }),
    ),
    bindings: bindings.map((b) => ({ n: b.n, ...bindingView(b), ...whoView(b) })),
  };
}

const terminalView = (t: TerminalOut): z.output<typeof terminals.terminal> => ({
  ...dropEmpty({
    id: t.id,
    kind: t.kind,
    state: t.state,
    says: TERMINAL_STATES[t.state],
    version: t.version,
    steps: [...stepsFrom(t.state)],
    serial_no: t.serial_no ?? undefined,
    model: t.model ?? undefined,
    created_at: t.created_at.toString(),
  }),
  ...bindingView(t),
});

const bindingView = (
  b: Omit<BindingOut, 'n' | 'note' | 'by' | 'by_name' | 'recorded_at'>,
): Omit<z.output<typeof terminals.terminalHistory>['bindings'][number], 'n' | 'by' | 'recorded_at'> =>
  dropEmpty({
    name: b.name,
    store: b.store ?? undefined,
    account_id: b.account_id ?? undefined,
    provider: b.provider ?? undefined,
    merchant: b.merchant ?? undefined,
    merchant_no: b.merchant_no ?? undefined,
    settle_merchant_no: b.settle_merchant_no ?? undefined,
    terminal_no: b.terminal_no ?? undefined,
    code: b.code ?? undefined,
    code_sha256: b.code_hash?.toString('hex'),
    payee: b.payee ?? undefined,
    since: b.since_at.toString(),
    until: b.until_at?.toString(),
  });

const whoView = (
  r: Readonly<{ by: string; by_name: string | null; note: string | null; recorded_at: Temporal.Instant }>,
) =>
  dropEmpty({
    by: r.by,
    by_name: r.by_name ?? undefined,
    note: r.note ?? undefined,
    recorded_at: r.recorded_at.toString(),
  });

type BoundIn = Omit<z.output<typeof terminals.newBinding>, 'name' | 'at' | 'note' | 'version'>;
const boundOf = (b: BoundIn): Bound => ({
  store: b.store,
  accountId: b.account_id,
  merchant: b.merchant,
  merchantNo: b.merchant_no,
  settleMerchantNo: b.settle_merchant_no,
  terminalNo: b.terminal_no,
  code: b.code?.trim() ?? b.code,
  codeHash: b.code_sha256,
  payee: b.payee,
});

const whenOf = (
  b: Readonly<{ at?: string | undefined; note?: string | undefined; version?: number | undefined }>,
): Readonly<{ at: Temporal.Instant | undefined; note: string | undefined; version: number | undefined }> => ({
  at: b.at === undefined ? undefined : Temporal.Instant.from(b.at),
  note: b.note,
  version: b.version,
});

const checkView = ({ terminal: t, code, ...c }: Checked): z.output<typeof terminals.codeCheck> =>
  dropEmpty({
    id: c.id,
    result: c.result,
    alarm: c.result !== 'matches',
    says: c.says,
    finding_id: c.findingId,
    code: dropEmpty({ kind: code.kind, says: code.says, payee: code.payee, merchant_no: code.merchantNo }),
    terminal:
      t === undefined
        ? undefined
        : dropEmpty({
            id: t.id,
            name: t.name,
            state: t.state,
            store: t.store ?? undefined,
            payee: t.payee ?? undefined,
            merchant: t.merchant ?? undefined,
            merchant_no: t.merchant_no ?? undefined,
            settle_merchant_no: t.settle_merchant_no ?? undefined,
          }),
  });
