/** Plans of channel accounts, version after version; templates, advice and calendars. */
import { z } from 'zod';
import { adviceOn, comparable } from '../../actions/advise.ts';
import { decimalText, type Money, parseMoney } from '../../base/money.ts';
import { CHINA } from '../../base/time.ts';
import {
  addPlan,
  type CalendarFile,
  calendarFiles,
  forgetTerms,
  planVersionOn,
  planVersions,
  putCalendar,
  termsOf,
  type Version,
} from '../../channels/terms.ts';
import type { TenantTx } from '../../db/pool.ts';
import { planOfBody, yearsOf } from '../../plans/body.ts';
import { CALENDARS, calendarOf, isBuiltIn } from '../../plans/calendar.ts';
import { calendarNames } from '../../plans/calendar-file.ts';
import { withYears } from '../../plans/plan.ts';
import { previewMonth, previewPayment } from '../../plans/preview.ts';
import type { StationPromise } from '../../plans/station.ts';
import { CHECK_CONTRACT, TEMPLATES } from '../../plans/templates.ts';
import { planWords } from '../../plans/words.ts';
import { writePlan } from '../../plans/write.ts';
import { actorOf, type Caller } from '../auth.ts';
import * as planShape from '../contract/plans.ts';
import * as shape from '../contract.ts';
import { dropEmpty, notFound } from '../manners.ts';
import type { Api, Serving } from '../server.ts';

export function planRoutes(api: Api, on: Serving): void {
  const params = z.object({ id: shape.id });

  api.get(
    '/v1/channels/:id/plan',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getPlan',
        summary: 'The plan in force',
        description: 'Every field written out; without a version of its own the default of the channel.',
        tags: ['plans'],
        params,
        querystring: planShape.planOn,
        response: { 200: planShape.plan, 404: shape.problem },
      },
    },
    async ({ caller, params, query }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        await mine(tx, caller, params.id);
        // The book's own day: accounts of China, as everywhere where nobody says otherwise.
        const day = query.on === undefined ? on.io.now().toZonedDateTimeISO(CHINA).toPlainDate() : dateOf(query.on);
        return await planOut(tx, params.id, day);
      });
    },
  );

  api.put(
    '/v1/channels/:id/plan',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'setPlan',
        summary: 'A new version of the plan',
        description:
          'It holds from its business date on. No version is edited: another one of the same date stands in for it. What says the same as the version there is makes none.',
        tags: ['plans'],
        params,
        body: planShape.newPlan,
        response: { 200: planShape.plan, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      const from = dateOf(body.from);
      return await on.book
        .tenant(caller.tenantId, async (tx) => {
          await mine(tx, caller, params.id);
          await addPlan(tx, params.id, { from, body: body.plan, by: actorOf(caller) });
          forgetTerms(caller.tenantId);
          return await planOut(tx, params.id, from);
        })
        // What was read before the COMMIT is not kept: it may never have come.
        .finally(() => forgetTerms(caller.tenantId));
    },
  );

  api.get(
    '/v1/channels/:id/plan/history',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPlanVersions',
        summary: 'Every version of the plan, newest first',
        tags: ['plans'],
        params,
        querystring: planShape.planPaging,
        response: { 200: planShape.planHistory, 404: shape.problem },
      },
    },
    async ({ caller, params, query }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const provider = await mine(tx, caller, params.id);
        const versions = await planVersions(tx, params.id, query.after, query.limit);
        const last = versions.at(-1);
        const more = versions.length === query.limit && last !== undefined && last.version > 1;
        return { items: versions.map((v) => versionOut(v, provider)), ...(more && { next: String(last.version) }) };
      });
    },
  );

  api.get(
    '/v1/plans/templates',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listPlanTemplates',
        summary: 'Usual offers to begin with',
        description: 'Rates are your contract’s: the typical values are to be checked.',
        tags: ['plans'],
        response: { 200: z.object({ items: z.array(planShape.planTemplate) }) },
      },
    },
    async () => ({
      items: TEMPLATES.map(({ id, name, about, questions, terms }) => ({
        id,
        name,
        about,
        questions: questions.map((q) => ({ ...q })),
        note: CHECK_CONTRACT,
        plan: terms({}),
      })),
    }),
  );

  api.post(
    '/v1/plans/advise',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'advisePlan',
        summary: 'Which plan costs least',
        description: 'For a month that is expected, with every step of the arithmetic; nothing is stored.',
        tags: ['plans'],
        body: planShape.advising,
        response: { 200: planShape.advice, 422: shape.problem },
      },
    },
    async ({ body }) => {
      const own = body.plans?.map(({ id, plan }) => ({ id, plan: comparable(plan) }));
      const { options, recommended, why } = adviceOn({ ...body, own });
      return dropEmpty({
        recommended,
        why,
        options: options.map(({ total, against, steps, ...option }) =>
          dropEmpty({
            ...option,
            against: [...against],
            steps: [...steps],
            total: total && moneyOf(total),
          }),
        ),
      });
    },
  );

  api.post(
    '/v1/plans/preview',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'previewPlan',
        summary: 'What a plan would mean, before it is set',
        description: 'For one payment and for the days of a month; nothing is stored.',
        tags: ['plans'],
        body: planShape.previewing,
        response: { 200: planShape.preview, 422: shape.problem },
      },
    },
    async ({ caller, body }) => {
      const files = await on.book.tenant(caller.tenantId, (tx) => calendarFiles(tx, caller.livemode));
      const years = yearsOf(files);
      const plan = withYears(planOfBody(body.plan, { channel: body.channel }, calendarNames(years)), years);
      const { amount, at, card } = body.payment;
      const payment = previewPayment(plan, {
        amount: parseMoney(amount.amount, amount.currency),
        at: Temporal.Instant.from(at),
        card,
      });
      return {
        plan: writePlan(plan),
        says: [...planWords(plan)],
        payment: dropEmpty({
          fee: payment.fee && moneyOf(payment.fee),
          arithmetic: payment.arithmetic,
          rounded: payment.fee && plan.fee?.rounding,
          reserve: payment.reserve && moneyOf(payment.reserve),
          net: payment.net && moneyOf(payment.net),
          bill: payment.bill && promisedOut(payment.bill),
          credited: payment.credited && promisedOut(payment.credited),
        }),
        days: previewMonth(plan, Temporal.PlainYearMonth.from(body.month)).map((d) =>
          dropEmpty({
            on: d.on.toString(),
            weekday: d.on.dayOfWeek,
            free: d.free,
            certain: d.certain,
            due_on: d.dueOn?.toString(),
            brings: d.brings.map((on) => on.toString()),
          }),
        ),
      };
    },
  );

  api.get(
    '/v1/calendars',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'listCalendars',
        summary: 'The calendars, built in and added',
        tags: ['plans'],
        response: { 200: z.object({ items: z.array(planShape.calendar) }) },
      },
    },
    async ({ caller }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const files = await calendarFiles(tx, caller.livemode);
        const names = new Set([...CALENDARS, ...files.map((f) => f.name)]);
        return { items: [...names].map((name) => calendarOut(name, files)) };
      });
    },
  );

  const named = z.object({ name: planShape.calendarName });
  api.get(
    '/v1/calendars/:name',
    {
      config: { scope: 'read' },
      schema: {
        operationId: 'getCalendar',
        summary: 'One calendar, with the years that were added',
        tags: ['plans'],
        params: named,
        response: { 200: planShape.calendar, 404: shape.problem },
      },
    },
    async ({ caller, params }) => {
      return await on.book.tenant(caller.tenantId, async (tx) => {
        const files = await calendarFiles(tx, caller.livemode);
        if (!isBuiltIn(params.name) && !files.some((f) => f.name === params.name)) notFound();
        return calendarOut(params.name, files);
      });
    },
  );

  api.put(
    '/v1/calendars/:name',
    {
      config: { scope: 'admin' },
      schema: {
        operationId: 'setCalendar',
        summary: 'Add years to a calendar',
        description: 'What is given takes the place of what was added before; the built-in years stay.',
        tags: ['plans'],
        params: named,
        body: planShape.newCalendar,
        response: { 200: planShape.calendar, 404: shape.problem, 422: shape.problem },
      },
    },
    async ({ caller, params, body }) => {
      return await on.book
        .tenant(caller.tenantId, async (tx) => {
          const years = body.years.map((year) => dropEmpty(year));
          await putCalendar(tx, caller.livemode, { name: params.name, years, by: actorOf(caller) });
          return calendarOut(params.name, await calendarFiles(tx, caller.livemode));
        })
        .finally(() => forgetTerms(caller.tenantId));
    },
  );
}

const moneyOf = ({ minor, currency }: Money): z.output<typeof shape.money> => ({
  amount: decimalText(minor, currency),
  currency,
});
const promisedOut = ({ at, on, assumed, rule }: StationPromise) => ({
  at: at.toString(),
  on: on.toString(),
  assumed,
  rule: { ...rule },
});
const dateOf = (iso: string): Temporal.PlainDate => Temporal.PlainDate.from(iso);

/** The account's provider, where it is the caller's. */
async function mine(tx: TenantTx, caller: Caller, accountId: string): Promise<string> {
  const row = await tx.maybe<{ provider: string }>(
    'select provider from accounts where tenant_id = $1 and id = $2 and livemode = $3',
    [tx.tenantId, accountId, caller.livemode],
  );
  return row === undefined ? notFound() : row.provider;
}

async function planOut(
  tx: TenantTx,
  accountId: string,
  day: Temporal.PlainDate,
): Promise<z.output<typeof planShape.plan>> {
  const { planOn } = await termsOf(tx, accountId);
  const version = await planVersionOn(tx, accountId, day);
  return dropEmpty({
    account_id: accountId,
    version: version?.version,
    from: version?.from.toString(),
    plan: writePlan(planOn(day)),
    says: [...planWords(planOn(day))],
    created_by: version?.createdBy,
    created_at: version?.createdAt.toString(),
  });
}

const versionOut = (v: Version, channel: string): z.output<typeof planShape.planVersion> => ({
  id: v.id,
  version: v.version,
  from: v.from.toString(),
  plan: { ...v.body },
  says: [...planWords(planOfBody(v.body, { channel }, 'any'))],
  created_by: v.createdBy,
  created_at: v.createdAt.toString(),
});

function calendarOut(name: string, files: readonly CalendarFile[]): z.output<typeof planShape.calendar> {
  const file = files.find((f) => f.name === name);
  const { knownFrom, knownUntil } = isBuiltIn(name) ? calendarOf(name) : {};
  return dropEmpty({
    name,
    built_in: isBuiltIn(name),
    known_from: knownFrom?.toString(),
    known_until: knownUntil?.toString(),
    years: (file?.years ?? []).map((y) => dropEmpty({ ...y, off: y.off && [...y.off], work: y.work && [...y.work] })),
    updated_by: file?.updatedBy,
    updated_at: file?.updatedAt.toString(),
  });
}
