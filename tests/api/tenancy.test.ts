/**
 * F48, I12: from the OpenAPI document, every route is called with the ids of somebody else, by another tenant and by the other side's
 * key. A route that this file does not know how to fill fails it: whoever adds one says here what a stranger gets.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openapiPage } from '../../scripts/openapi.ts';
import { openCase, raise } from '../../src/actions/cases.ts';
import type { Scope } from '../../src/api/auth.ts';
import { newId } from '../../src/base/ids.ts';
import { textOf } from '../../src/channels/policies.ts';
import { accountOf, withLedger, writeEntries } from '../../src/ledger/store.ts';
import { DEFAULT_POLICY } from '../../src/verdicts/policy.ts';
import { addTenant } from '../support/database.ts';
import { ALL_SCOPES, callAs, callWith, keyOf, type Living, living, until, verdictOf } from '../support/living.ts';

/** What there is of the first tenant's test side. */
type Theirs = Readonly<
  Record<
    | 'order'
    | 'orderRef'
    | 'payment'
    | 'message'
    | 'channel'
    | 'endpoint'
    | 'key'
    | 'document'
    | 'mapping'
    | 'reconciliation'
    | 'entry'
    | 'proposal'
    | 'case'
    | 'claim'
    | 'image'
    | 'terminal'
    | 'finding'
    | 'link'
    | 'member'
    | 'refund'
    | 'approval'
    | 'delivery',
    string
  >
>;

/** `none`: 404 · `empty`: 200 without items · `own`: it is done to the caller's own, whatever comes of it. */
type Fill = Readonly<{
  path?: string;
  last?: string;
  query?: string;
  body?: object;
  gets: 'none' | 'empty' | 'own';
  /** People are of both sides of their tenant: only another tenant is a stranger. */
  isOfBothSides?: true;
}>;

const FILLS: Readonly<Record<string, (t: Theirs) => Fill>> = {
  whoAmI: () => ({ gets: 'own' }),
  leave: () => ({ body: {}, gets: 'own' }),
  getDemo: () => ({ gets: 'own' }),
  // This server has none.
  startDemo: () => ({ body: {}, gets: 'none' }),
  renameMe: () => ({ body: { name: 'x' }, gets: 'own' }),
  listMembers: () => ({ gets: 'own', isOfBothSides: true }),
  listAdministrators: () => ({ gets: 'own' }),
  // A test key changes no member at all; a live key of another tenant: tests/api/members.test.ts.
  inviteMember: () => ({ body: { name: 'x', role: 'viewer' }, gets: 'own', isOfBothSides: true }),
  linkMember: (t) => ({ path: t.member, gets: 'own', isOfBothSides: true }),
  changeMember: (t) => ({ path: t.member, body: { name: 'stolen' }, gets: 'own', isOfBothSides: true }),
  listMemberSessions: (t) => ({ path: t.member, gets: 'none', isOfBothSides: true }),
  endMemberSession: (t) => ({ path: t.member, last: t.member, gets: 'own', isOfBothSides: true }),
  listKeys: () => ({ gets: 'own' }),
  makeKey: () => ({ body: { name: 'x', scopes: ['read'] }, gets: 'own' }),
  revokeKey: (t) => ({ path: t.key, gets: 'none' }),
  makeLink: () => ({ body: {}, gets: 'own' }),
  examine: () => ({ gets: 'own' }),
  replay: () => ({ body: { all: true }, gets: 'own' }),
  listCases: () => ({ gets: 'empty' }),
  getCase: (t) => ({ path: t.case, gets: 'none' }),
  closeCase: (t) => ({ path: t.case, body: { note: 'stolen' }, gets: 'none' }),
  listAlerts: () => ({ gets: 'empty' }),
  getPolicy: () => ({ gets: 'own' }),
  setPolicy: () => ({ body: { after: 99, policy: textOf(DEFAULT_POLICY) }, gets: 'own' }),
  listChannels: () => ({ gets: 'empty' }),
  addChannel: (t) => ({
    body: {
      provider: 'wechatpay',
      name: 'mine',
      merchant_no: '1900000001',
      forward_url: `https://example.com/${t.channel.slice(0, 2)}`,
    },
    gets: 'own',
  }),
  listProviders: () => ({ gets: 'own' }),
  makeNotificationAddress: (t) => ({ path: t.channel, body: {}, gets: 'none' }),
  getChannel: (t) => ({ path: t.channel, gets: 'none' }),
  changeChannel: (t) => ({ path: t.channel, body: { name: 'stolen' }, gets: 'none' }),
  getPlan: (t) => ({ path: t.channel, gets: 'none' }),
  setPlan: (t) => ({ path: t.channel, body: { from: '2026-01-01', plan: {} }, gets: 'none' }),
  listPlanVersions: (t) => ({ path: t.channel, gets: 'none' }),
  listPlanTemplates: () => ({ gets: 'own' }),
  advisePlan: () => ({
    body: {
      volume: { amount: '1', currency: 'CNY' },
      ticket: { amount: '1', currency: 'CNY' },
      mix: { debit: '100' },
      account: 'personal',
    },
    gets: 'own',
  }),
  previewPlan: () => ({
    body: {
      channel: 'lakala',
      plan: {},
      payment: { amount: { amount: '1.00', currency: 'CNY' }, at: '2026-11-27T06:00:00Z' },
      month: '2026-11',
    },
    gets: 'own',
  }),
  listCalendars: () => ({ gets: 'own' }),
  getCalendar: () => ({ path: 'THEIRS', gets: 'none' }),
  setCalendar: () => ({ path: 'CN', body: { years: [] }, gets: 'own' }),
  listBills: (t) => ({ path: t.channel, gets: 'none' }),
  listDocuments: () => ({ gets: 'empty' }),
  getDocument: (t) => ({ path: t.document, gets: 'none' }),
  getDocumentBytes: (t) => ({ path: t.document, gets: 'none' }),
  listLines: (t) => ({ path: t.document, gets: 'none' }),
  changeDocument: (t) => ({ path: t.document, body: { account_id: null }, gets: 'none' }),
  getReading: (t) => ({ path: t.document, gets: 'none' }),
  getRejects: (t) => ({ path: t.document, gets: 'none' }),
  getCells: (t) => ({ path: t.document, gets: 'none' }),
  tryMapping: (t) => ({ path: t.document, body: { kind: 'orders', fields: {} }, gets: 'none' }),
  listMappings: () => ({ gets: 'empty' }),
  saveMapping: () => ({
    body: {
      name: 'theirs',
      kind: 'orders',
      fields: { columns: { order_ref: 'a', amount: 'b', status: 'c', paid_at: 'd' } },
      after: 0,
    },
    gets: 'own',
  }),
  endMapping: (t) => ({ path: t.mapping, gets: 'none' }),
  addDocument: (t) => ({ query: `name=x.csv&account_id=${t.channel}`, body: {}, gets: 'none' }),
  reconcile: (t) => ({ body: { documents: [t.document] }, gets: 'none' }),
  listReconciliations: () => ({ gets: 'empty' }),
  getReconciliation: (t) => ({ path: t.reconciliation, gets: 'none' }),
  streamProgress: (t) => ({ path: t.reconciliation, gets: 'none' }),
  cancelReconciliation: (t) => ({ path: t.reconciliation, gets: 'none' }),
  getReconciliationFile: (t) => ({ path: t.reconciliation, last: 'report.html', gets: 'none' }),
  listReconciledDays: () => ({ query: 'from=2026-11-01&to=2026-11-30', gets: 'own' }),
  getReconciliationSummary: (t) => ({ path: t.reconciliation, gets: 'none' }),
  listReconciledLines: (t) => ({ path: t.reconciliation, query: 'role=order&on=2026-11-19', gets: 'none' }),
  getReconciledLine: (t) => ({ path: t.reconciliation, last: `${'0'.repeat(64)}.1.1`, gets: 'none' }),
  listBreaks: () => ({ gets: 'empty' }),
  exportBreaks: () => ({ query: 'format=csv', gets: 'own' }),
  sumBreaks: () => ({ gets: 'own' }),
  stepBreak: () => ({ path: 'h', body: { kind: 'taken', after: 0 }, gets: 'none' }),
  getBreak: (t) => ({ path: t.reconciliation, last: '1', gets: 'none' }),
  listSuspense: () => ({ gets: 'empty' }),
  listLedgerDays: () => ({ query: 'from=2026-11-01&to=2026-11-30', gets: 'own' }),
  listLedgerAccounts: () => ({ gets: 'empty' }),
  getTrialBalance: () => ({ query: 'from=2026-11-01&to=2026-11-30', gets: 'empty' }),
  listLedgerEntries: () => ({ gets: 'empty' }),
  getLedgerEntry: (t) => ({ path: t.entry, gets: 'none' }),
  exportLedger: () => ({ query: 'kind=csv', gets: 'own' }),
  listControlChecks: () => ({ gets: 'empty' }),
  checkLedger: () => ({ gets: 'own' }),
  listLedgerProposals: () => ({ gets: 'empty' }),
  proposeEntry: () => ({
    body: { kind: 'write_off', break: 'h', amount: { amount: '1.00', currency: 'CNY' }, reason: 'theirs' },
    gets: 'own',
  }),
  approveEntry: (t) => ({ path: t.proposal, body: { hash: '0'.repeat(64) }, gets: 'none' }),
  rejectEntry: (t) => ({ path: t.proposal, gets: 'none' }),
  listSignOffs: () => ({ gets: 'empty' }),
  signOffDay: () => ({ path: '8000-01-01', body: {}, gets: 'own' }),
  reopenDay: () => ({ path: '2026-11-19', body: { reason: 'x' }, gets: 'own' }),
  listPeriods: () => ({ gets: 'empty' }),
  closePeriod: () => ({ body: { month: '8000-01' }, gets: 'own' }),
  testChannel: (t) => ({ path: t.channel, gets: 'none' }),
  listEvents: () => ({ query: 'after=0', gets: 'empty' }),
  streamEvents: () => ({ query: 'after=0', gets: 'own' }),
  listWebhookEndpoints: () => ({ gets: 'empty' }),
  addWebhookEndpoint: () => ({ body: { url: 'https://example.com/' }, gets: 'own' }),
  removeWebhookEndpoint: (t) => ({ path: t.endpoint, gets: 'none' }),
  rotateWebhookSecret: (t) => ({ path: t.endpoint, gets: 'none' }),
  replayEvents: (t) => ({ path: t.endpoint, body: { after: '0' }, gets: 'none' }),
  getDelivery: (t) => ({ path: t.endpoint, last: t.delivery, gets: 'none' }),
  replayDelivery: (t) => ({ path: t.endpoint, last: t.delivery, gets: 'none' }),
  listMessages: () => ({ gets: 'empty' }),
  listRejectedMessages: () => ({ gets: 'empty' }),
  replayMessage: (t) => ({ path: t.message, gets: 'none' }),
  listDeliveries: (t) => ({ path: t.endpoint, gets: 'none' }),
  placeOrder: (t) => ({
    body: { order_ref: t.orderRef, account_id: t.channel, amount: { amount: '1.00', currency: 'CNY' } },
    gets: 'none',
  }),
  listOrders: (t) => ({ query: `order_ref=${t.orderRef}`, gets: 'empty' }),
  getOrder: (t) => ({ path: t.order, gets: 'none' }),
  changeOrder: (t) => ({ path: t.order, body: { state: 'paid' }, gets: 'none' }),
  cancelOrder: (t) => ({ path: t.order, gets: 'none' }),
  reopenOrder: (t) => ({ path: t.order, gets: 'none' }),
  putStore: () => ({ body: { code: 'MINE', name: 'mine' }, gets: 'own' }),
  listStores: () => ({ gets: 'empty' }),
  addTerminal: (t) => ({ body: { kind: 'pos', name: 'x', account_id: t.channel }, gets: 'none' }),
  listTerminals: () => ({ gets: 'empty' }),
  getTerminal: (t) => ({ path: t.terminal, gets: 'none' }),
  stepTerminal: (t) => ({ path: t.terminal, body: { step: 'retire' }, gets: 'none' }),
  bindTerminal: (t) => ({ path: t.terminal, body: { name: 'stolen' }, gets: 'none' }),
  readCodePicture: () => ({ body: {}, gets: 'own' }),
  checkCode: () => ({ body: { content: 'wxp://f2f0secret' }, gets: 'own' }),
  listCodeChecks: () => ({ gets: 'empty' }),
  listTerminalFindings: () => ({ gets: 'empty' }),
  closeTerminalFinding: (t) => ({ path: t.finding, body: { note: 'x' }, gets: 'none' }),
  getOverview: () => ({ gets: 'own' }),
  listPayments: () => ({ gets: 'empty' }),
  findPayments: (t) => ({ query: `ref=${t.orderRef}`, gets: 'empty' }),
  getPayment: (t) => ({ path: t.payment, gets: 'none' }),
  getTrace: (t) => ({ path: t.payment, gets: 'none' }),
  inquire: (t) => ({ path: t.payment, gets: 'none' }),
  repair: (t) => ({ path: t.payment, gets: 'none' }),
  makeRefund: (t) => ({ path: t.payment, body: { reason: 'duplicate' }, gets: 'none' }),
  listPaymentRefunds: (t) => ({ path: t.payment, gets: 'none' }),
  listRefunds: () => ({ gets: 'empty' }),
  getRefund: (t) => ({ path: t.refund, gets: 'none' }),
  cancelRefund: (t) => ({ path: t.refund, gets: 'none' }),
  listApprovals: () => ({ gets: 'empty' }),
  getApproval: (t) => ({ path: t.approval, gets: 'none' }),
  approve: (t) => ({ path: t.approval, body: { hash: '0'.repeat(64) }, gets: 'none' }),
  reject: (t) => ({ path: t.approval, body: { hash: '0'.repeat(64), note: 'x' }, gets: 'none' }),
  makePaymentLink: (t) => ({ path: t.payment, body: {}, gets: 'none' }),
  listPaymentLinks: (t) => ({ path: t.payment, gets: 'none' }),
  makeClaimLink: (t) => ({ path: t.claim, body: {}, gets: 'none' }),
  listClaimLinks: (t) => ({ path: t.claim, gets: 'none' }),
  revokeLink: (t) => ({ path: t.link, gets: 'none' }),
  makeClaim: (t) => ({ body: { refs: [t.orderRef], documents: [t.document] }, gets: 'none' }),
  listClaims: () => ({ gets: 'empty' }),
  getClaim: (t) => ({ path: t.claim, gets: 'none' }),
  lookAgain: (t) => ({ path: t.claim, body: {}, gets: 'none' }),
  listAnswers: (t) => ({ path: t.claim, gets: 'none' }),
  closeClaim: (t) => ({ path: t.claim, body: { ended: 'withdrawn' }, gets: 'none' }),
  readReferences: () => ({ body: { text: 'nothing' }, gets: 'own' }),
  addImage: () => ({ body: {}, gets: 'own' }),
  getImage: (t) => ({ path: t.image, gets: 'none' }),
  search: (t) => ({ query: `q=${t.orderRef}`, gets: 'empty' }),
  listRecent: () => ({ gets: 'empty' }),
  getShift: () => ({ gets: 'own' }),
  openShift: () => ({ body: {}, gets: 'own' }),
  closeShift: () => ({ body: {}, gets: 'own' }),
  getRawMessage: (t) => ({ path: t.message, gets: 'none' }),
};
/** Routes that need no key. What they tell is tested beside the notifications, the sessions, the manners and the customer's page. */
const OPEN = ['livez', 'readyz', 'notify', 'getStatus', 'sayByLink', 'getRefundNumber', 'sendPictureByLink'];

type Operation = Readonly<{ operationId: string; description?: string; security?: readonly object[] }>;
type Route = Readonly<{ name: string; method: string; path: string; scope: Scope; fill: Fill }>;

let on: Living;
let nobody: Living['call'];
let routes: readonly Route[];
let theirs: Theirs;

before(async () => {
  on = await living();
  nobody = callWith(on.served.url, {});
  theirs = await fillBook();
  const document = JSON.parse(await openapiPage()) as { paths: Record<string, Record<string, Operation>> };
  routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const { operationId } = operation;
      if (OPEN.includes(operationId)) {
        assert.deepEqual(operation.security, [], `${operationId} is open and does not say so`);
        return [];
      }
      const fill = FILLS[operationId]?.(theirs);
      assert.ok(fill !== undefined, `${method} ${path} (${operationId}) is new: say in FILLS what a stranger gets`);
      const scope = /Scope: (\w+)\./.exec(operation.description ?? '')?.[1] as Scope;
      assert.ok(ALL_SCOPES.includes(scope), `${operationId} says which scope it needs`);
      const filled = path.replace(/\{\w+\}/, fill.path ?? '').replace(/\{\w+\}/, fill.last ?? '{}');
      assert.doesNotMatch(filled, /[{}]/);
      const query = fill.query === undefined ? '' : `?${fill.query}`;
      return [{ name: operationId, method: method.toUpperCase(), path: `${filled}${query}`, scope, fill }];
    }),
  );
});
after(async () => {
  await on.close();
  assert.deepEqual(on.errors, []);
});

/** Something of everything, so that there is something to steal. */
async function fillBook(): Promise<Theirs> {
  const orderRef = 'SECRET-ORDER-1';
  on.sim.place(orderRef, 2_500);
  const order = await on.call<{ id: string }>('POST', '/v1/orders', {
    order_ref: orderRef,
    amount: { amount: '25.00', currency: 'CNY' },
    placed_at: on.clock.now().toString(),
  });
  await on.sim.pay(orderRef);
  const payment = await verdictOf(on, orderRef, 'on_its_way');
  const trace = await on.call<{ observations: ReadonlyArray<{ message_id?: string }> }>(
    'GET',
    `/v1/payments/${payment.id}/trace`,
  );
  const endpoints = await on.call<{ items: ReadonlyArray<{ id: string }> }>('GET', '/v1/webhook-endpoints');
  const keys = await on.call<{ items: ReadonlyArray<{ id: string }> }>('GET', '/v1/keys');
  const found = {
    order: order.body.id,
    orderRef,
    payment: payment.id,
    message: trace.body.observations.find((o) => o.message_id !== undefined)!.message_id!,
    channel: on.accountId,
    endpoint: endpoints.body.items[0]!.id,
    key: keys.body.items[0]!.id,
    document: newId(),
    mapping: newId(),
    reconciliation: newId(),
    ...(await postedOf(on.test)),
    terminal: newId(),
    finding: newId(),
    claim: (await on.call<{ id: string }>('POST', '/v1/claims', { refs: [orderRef] })).body.id,
    member: newId(),
    refund: newId(),
    approval: newId(),
    delivery: (
      await on.call<{ items: ReadonlyArray<{ id: string }> }>(
        'GET',
        `/v1/webhook-endpoints/${endpoints.body.items[0]!.id}/deliveries`,
      )
    ).body.items[0]!.id,
    image: 'ab'.repeat(32),
    link: (await on.call<{ id: string }>('POST', `/v1/payments/${payment.id}/links`, {})).body.id,
  };
  const subjects = [
    ['claim', found.claim],
    ['payment', found.payment],
    ['account', found.channel],
    ['endpoint', found.endpoint],
    ['message', found.message],
    ['terminal_finding', found.finding],
    ['refund', found.refund],
  ] as const;
  const { archive } = on.served.engine.working;
  const hash = archive.put(on.test.tenantId, Buffer.from('a bill'));
  const summary = archive.put(on.test.tenantId, Buffer.from('{"documents": []}'));
  await on.test.book.tenant(on.test.tenantId, async (tx) => {
    await tx.run(`insert into users (tenant_id, id, name, role) values ($1, $2, 'theirs', 'admin')`, [
      tx.tenantId,
      found.member,
    ]);
    await tx.run(
      `insert into documents (tenant_id, id, livemode, account_id, kind, name, sha256, size)
       values ($1, $2, false, $3, 'trade', 'bill.csv', $4, 6)`,
      [tx.tenantId, found.document, found.channel, Buffer.from(hash, 'hex')],
    );
    await tx.run(
      `insert into mappings (tenant_id, id, livemode, name, version, kind, document, made_by)
       values ($1, $2, false, 'theirs', 1, 'orders', 'columns: { order_ref: secret }', 'a test')`,
      [tx.tenantId, found.mapping],
    );
    await tx.run(
      `insert into reconciliations (tenant_id, id, livemode, state, zone, lang, asked_by, outcome)
       values ($1, $2, false, 'done', 'Asia/Shanghai', 'en', 'a test', 'breaks')`,
      [tx.tenantId, found.reconciliation],
    );
    await tx.run(
      `insert into reconciliation_files (tenant_id, reconciliation_id, name, sha256, size)
       values ($1, $2, 'report.html', $3, 6), ($1, $2, 'summary.json', $4, 17)`,
      [tx.tenantId, found.reconciliation, Buffer.from(hash, 'hex'), Buffer.from(summary, 'hex')],
    );
    await tx.run(
      `insert into reconciliation_days (tenant_id, reconciliation_id, business_on, role, channel, account, currency, livemode,
         lines, amount_minor, matched, matched_minor, breaks, breaks_minor, open, open_minor, unclear, unclear_minor)
       values ($1, $2, '2026-11-19', 'channel', 'wechatpay', $3, 'CNY', false, 1, 2500, 0, 0, 1, 2500, 0, 0, 0, 0)`,
      [tx.tenantId, found.reconciliation, orderRef],
    );
    await tx.run(
      `insert into breaks (tenant_id, reconciliation_id, n, livemode, part, hash, class, finding, joint, verdict, release, currency,
         amount, order_ref, payment_id, body)
       values ($1, $2, 1, false, 'break', 'h', 'ours_only', 'f', 'orders', 'v', 'no', 'CNY', 25, $3, $4,
         '{"amount": {"amount": "25.00", "currency": "CNY"}, "says": {"en": "", "zh": ""}}')`,
      [tx.tenantId, found.reconciliation, orderRef, found.payment],
    );
    await tx.run(
      `insert into plans (tenant_id, id, livemode, account_id, version, effective_from, body, created_by)
       values ($1, $2, false, $3, 1, '2026-01-01', '{"carryDays": "9"}', 'a test')`,
      [tx.tenantId, newId(), found.channel],
    );
    await tx.run(
      `insert into calendars (tenant_id, livemode, name, years, updated_by) values ($1, false, 'THEIRS', '[]', 'a test')`,
      [tx.tenantId],
    );
    await tx.run(
      `insert into stores (tenant_id, livemode, code, name, added_by) values ($1, false, 'THEIRS', 'x', 'a test')`,
      [tx.tenantId],
    );
    await tx.run(
      `insert into terminals (tenant_id, id, livemode, kind, state) values ($1, $2, false, 'code', 'registered')`,
      [tx.tenantId, found.terminal],
    );
    await tx.run(
      `insert into terminal_bindings (tenant_id, terminal_id, n, livemode, name, store, code, by, since_at)
       values ($1, $2, 1, false, $3, 'THEIRS', 'wxp://theirs', 'a test', now())`,
      [tx.tenantId, found.terminal, `T-${found.terminal}`],
    );
    await tx.run(
      `insert into terminal_findings (tenant_id, id, livemode, kind, said, terminal_id, times, first_at, last_at)
       values ($1, $2, false, 'terminal_retired', 'x', $3, 1, now(), now())`,
      [tx.tenantId, found.finding, found.terminal],
    );
    await tx.run(
      `insert into terminal_checks (tenant_id, id, livemode, content, recognised, result, terminal_id, by)
       values ($1, $2, false, 'wxp://theirs', 'wechat_app', 'matches', $3, 'a test')`,
      [tx.tenantId, newId(), found.terminal],
    );
    await tx.run(
      `insert into claim_images (tenant_id, livemode, sha256, type, size) values ($1, false, $2, 'image/png', 6)`,
      [tx.tenantId, Buffer.from(found.image, 'hex')],
    );
    await tx.run(
      `insert into refunds (tenant_id, id, livemode, payment_id, account_id, n, ref, amount_minor, currency, reason, made_by, made_at, made_on,
         policy_version, state)
       values ($1, $2, false, $3, $4, 1, $5, 2500, 'CNY', 'duplicate', 'a test', now(), now(), 0, 'waiting')`,
      [tx.tenantId, found.refund, found.payment, found.channel, found.refund.replaceAll('-', '')],
    );
    await tx.run(
      `insert into approvals (tenant_id, id, livemode, kind, subject_id, hash, needs, made_by, made_at, expires_at)
       values ($1, $2, false, 'refund', $3, $4, 1, 'a test', now(), now() + interval '9 days')`,
      [tx.tenantId, found.approval, found.refund, '0'.repeat(64)],
    );
    for (const [kind, id] of subjects) {
      await openCase(tx, 'unrecorded', { kind, id });
      await raise(tx, 'repair_unanswered', { kind, id }, false, {});
    }
  });
  // What is still under way would look like somebody's doing.
  await until('every delivery to be over', async () => {
    const { deliveries, observations } = (
      await on.call<{ deliveries: ReadonlyArray<{ state: string }>; observations: ReadonlyArray<{ kind: string }> }>(
        'GET',
        `/v1/payments/${payment.id}/trace`,
      )
    ).body;
    return observations.some((o) => o.kind === 'recorded') && deliveries.every((d) => d.state === 'delivered');
  });
  const items = async (path: string): Promise<ReadonlyArray<{ id: string }>> =>
    (await on.call<{ items: ReadonlyArray<{ id: string }> }>('GET', path)).body.items;
  for (const path of ['/v1/cases', '/v1/alerts']) assert.equal((await items(path)).length, subjects.length, path);
  return { ...found, case: (await items('/v1/cases'))[0]!.id };
}

/** An entry and a proposal of the ledger. */
async function postedOf({ book, tenantId }: Living['test']): Promise<Pick<Theirs, 'entry' | 'proposal'>> {
  return await book.tenant(tenantId, (tx) =>
    withLedger(tx, { livemode: false }, async (ledger) => {
      const whose = { currency: 'CNY', channel: 'wechatpay', account: '1' };
      const debit = await accountOf(tx, ledger, 'suspense', whose);
      const leg = {
        fact: 'order_differs',
        debit,
        credit: await accountOf(tx, ledger, 'customer_clearing', whose),
      } as const;
      const day = { cause: 'stated', factOn: '2026-11-19', businessOn: '2026-11-19' } as const;
      const legs = [{ ...leg, amount: 2_500n, currency: 'CNY' }];
      const [entry] = await writeEntries(tx, ledger, [
        { scope: 'break/h', part: 'break', breakHash: 'h', ...day, legs },
      ]);
      const proposal = newId();
      await tx.run(
        `insert into ledger_proposals (tenant_id, id, livemode, kind, break_hash, side, suspense, amount, currency, business_on, reason, hash, proposed_by)
         values ($1, $2, false, 'write_off', 'h', 'loss', $3, 100, 'CNY', '2026-11-20', 'small', 'x', 'user:1')`,
        [tx.tenantId, proposal, debit],
      );
      return { entry: entry!, proposal };
    }),
  );
}

/** Everything of theirs that can be changed, as they see it. */
async function seen(): Promise<string> {
  const looks = [
    `/v1/orders/${theirs.order}`,
    `/v1/payments/${theirs.payment}/trace`,
    `/v1/channels/${theirs.channel}`,
    `/v1/webhook-endpoints`,
    '/v1/orders',
    `/v1/reconciliations/${theirs.reconciliation}`,
    '/v1/documents',
    '/v1/mappings',
    '/v1/breaks',
    `/v1/terminals/${theirs.terminal}`,
    '/v1/terminals/findings',
    '/v1/terminals/checks',
    '/v1/stores',
    `/v1/channels/${theirs.channel}/plan/history`,
    '/v1/calendars',
    '/v1/ledger/entries',
    '/v1/ledger/proposals',
    '/v1/ledger/sign-offs',
    '/v1/claims',
    '/v1/members',
    '/v1/refunds',
    '/v1/approvals',
  ];
  const all = await Promise.all(looks.map(async (path) => (await on.call('GET', path)).body));
  const keys = await on.call<{ items: ReadonlyArray<{ id: string; revoked_at?: string }> }>('GET', '/v1/keys');
  // A payment is judged when it is read; a link for the administrator is of both sides.
  const timeless = (name: string, value: unknown): unknown =>
    name === 'judged_at' || name === 'invited_until' ? undefined : value;
  return JSON.stringify([all, keys.body.items.find((k) => k.id === theirs.key)?.revoked_at], timeless, 1);
}

async function told(
  route: Route,
  call: Living['call'],
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string; body: unknown }> {
  if (route.name === 'streamEvents') return await streamed(route, headers);
  const answer = await call(route.method, route.path, route.fill.body, headers);
  return { status: answer.status, text: JSON.stringify(answer.body ?? ''), body: answer.body };
}

/** What a stream gives in the time in which it gives all it has. */
async function streamed(
  route: Route,
  headers: Record<string, string>,
): Promise<{ status: number; text: string; body: unknown }> {
  const response = await fetch(`${on.served.url}${route.path}`, { headers });
  let text = '';
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const late = setTimeout(() => void reader.cancel(), 300);
  for (let part = await reader.read(); part.value !== undefined; part = await reader.read()) text += part.value;
  clearTimeout(late);
  return { status: response.status, text, body: text };
}

for (const [who, whose] of [
  ['another tenant', async () => ({ tenantId: await addTenant(on.test.book, 'another shop') })],
  ['the other side', async () => ({ livemode: true })],
] as const) {
  test(`${who} gets nothing and changes nothing, on any route, with a key that may do it`, async () => {
    const before = await seen();
    const someone = await whose();
    const headers = new Map<Scope, Record<string, string>>();
    for (const scope of ALL_SCOPES) {
      headers.set(scope, await keyHeader({ ...someone, scopes: [scope] }));
    }
    const secrets = Object.values(theirs);
    for (const route of routes) {
      if (route.fill.isOfBothSides === true && !('tenantId' in someone)) continue;
      const { status, text, body } = await told(route, nobody, headers.get(route.scope));
      assert.ok(status < 500, `${route.name}: ${status} ${text}`);
      if (route.fill.gets === 'none') assert.equal(status, 404, `${route.name}: ${status} ${text}`);
      else {
        for (const secret of secrets) assert.ok(!text.includes(secret), `${route.name} tells ${secret}: ${text}`);
        if (route.fill.gets === 'empty') {
          assert.equal(status, 200, `${route.name}: ${text}`);
          // What the calls before this one made is the caller's own.
          const items = (body as { items: ReadonlyArray<Readonly<{ name?: string; type?: string }>> }).items;
          assert.deepEqual(
            items.filter((i) => i.name !== 'mine' && !('url' in i) && i.type?.startsWith('alert.') !== true),
            [],
            route.name,
          );
        }
      }
    }
    assert.equal(await seen(), before);
  });
}

const keyHeader = async (whose: Parameters<typeof callAs>[1]): Promise<Record<string, string>> => {
  return { authorization: `Bearer ${(await keyOf(on.test, whose)).token}` };
};

test('an id of theirs inside a body of ours is not there either', async () => {
  const other = await callAs(on, { tenantId: await addTenant(on.test.book, 'a third shop') });
  const channel = await other<{ id: string }>('POST', '/v1/channels', {
    provider: 'wechatpay',
    name: 'mine',
    merchant_no: '1900000002',
    settings: { appid: 'wx1' },
  });
  assert.equal(channel.status, 201, JSON.stringify(channel.body));
  const order = await other<{ id: string }>('POST', '/v1/orders', {
    order_ref: theirs.orderRef,
    amount: { amount: '1.00', currency: 'CNY' },
  });
  assert.equal(order.status, 201, 'an order number is each tenant’s own');
  const more = await other('PATCH', `/v1/orders/${order.body.id}`, { payment_ref: 'P2', account_id: theirs.channel });
  assert.equal(more.status, 404, JSON.stringify(more.body));
});

test('every route without a key is 401, and with a key that lacks the scope 403', async () => {
  const before = await seen();
  const headers = new Map<Scope, Record<string, string>>();
  for (const scope of ALL_SCOPES) {
    const whose = { scopes: ALL_SCOPES.filter((s) => s !== scope) };
    headers.set(scope, await keyHeader(whose));
  }
  for (const route of routes) {
    const unknown = await told(route, nobody);
    assert.equal(unknown.status, 401, `${route.name}: ${unknown.text}`);
    const wrong = await told(route, nobody, { authorization: 'Bearer dz_test_wrong' });
    assert.equal(wrong.status, 401, `${route.name}: ${wrong.text}`);
    const may = await told(route, nobody, headers.get(route.scope));
    assert.equal(may.status, 403, `${route.name}: ${may.text}`);
  }
  assert.equal(await seen(), before);
});

test('a key makes keys of its own side only, and a test key opens no session, which would see both', async () => {
  const made = await on.call<{ key: string; livemode: boolean }>('POST', '/v1/keys', {
    name: 'till',
    scopes: ['read'],
  });
  assert.equal(made.body.livemode, false);
  assert.match(made.body.key, /^dz_test_/);
  assert.equal((await on.call('POST', '/v1/keys', { name: 'till', scopes: ['read'], livemode: true })).status, 400);
  assert.equal((await on.call('POST', '/v1/links', {})).status, 403);
  assert.equal((await on.call('POST', '/v1/members', { name: 'x', role: 'viewer' })).status, 403);
  assert.equal((await on.call('PATCH', `/v1/members/${theirs.member}`, { role: 'viewer' })).status, 403);
});
