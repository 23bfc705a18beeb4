import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { DaozhangError } from '../base/errors.ts';
import { microsIn } from '../base/time.ts';
import { CALENDARS, calendarOf } from './calendar.ts';
import { loadPlans, PLAN_FIELDS, parsePlans } from './load.ts';
import { CARDS, defaultPlan, PLANNED_CHANNELS, type Plan, planFor } from './plan.ts';
import { promise } from './promise.ts';
import { writePlan } from './write.ts';

const on = (iso: string): Temporal.PlainDate => Temporal.PlainDate.from(iso);
const one = (yaml: string): Plan => parsePlans(`plans:\n  - channel: wechatpay\n${yaml}`, 'plans.yaml')[0]!;

test('a plan is frozen through and through', () => {
  for (const plan of [defaultPlan('alipay'), one('    fee: { rate: 0.6% }')]) {
    for (const part of [plan, plan.settle, plan.bankNames, plan.fee ?? {}]) {
      if (part !== undefined && Object.keys(part).length > 0) assert.ok(Object.isFrozen(part));
    }
  }
});

test('an entry replaces what it names and keeps the rest of its channel’s terms', () => {
  const plan = one('    settle: { cutoff: 23:00 }\n    carryDays: 0');
  assert.deepEqual(plan.settle, { cycle: 'T', days: 1, calendar: 'CN', cutoff: '23:00', zone: 'Asia/Shanghai' });
  assert.equal(plan.carryDays, 0);
  assert.deepEqual(plan.bankNames, defaultPlan('wechatpay').bankNames);
});

test('values are the text that was written: leading zeros, exact rates and amounts, times', () => {
  const plan = one(
    '    account: 0012\n    settle: { cutoff: 00:00 }\n    fee: { rate: 0.3801%, currency: KWD, min: 0.005, max: "1,000.000" }',
  );
  assert.equal(plan.account, '0012');
  assert.equal(plan.settle.cutoff, '24:00');
  assert.deepEqual(plan.fee, { ppm: 3801, rounding: 'row', currency: 'KWD', min: 5n, max: 1_000_000n });
  for (const [written, ppm] of [
    ['0.60%', 6000],
    ['0%', 0],
    ['100%', 1_000_000],
    ['0.0001%', 1],
    ['0.29 %', 2900],
  ] as const) {
    assert.equal(one(`    fee: { rate: ${written} }`).fee?.ppm, ppm, written);
  }
});

/** The file after the line `  - channel: wechatpay`, where it is refused, and a word of the reason in each language. */
const REFUSED: ReadonlyArray<readonly [yaml: string, at: string, en: string, zh: string]> = [
  ['    fee: { rate: 0.006 }', '3:18', 'fee.rate: “0.006” is not a rate', '不是 0.60% 这样的费率'],
  ['    fee: { rate: 0.60001% }', '3:18', 'more than four decimals', '最多四位小数'],
  ['    fee: { rate: -0.60% }', '3:18', 'is not a rate', '费率'],
  ['    fee: { rate: 101% }', '3:18', 'is not a rate', '费率'],
  ['    fee: { rate: 6e-1% }', '3:18', 'is not a rate', '费率'],
  ['    fee: { rate: ¥0.6% }', '3:18', 'is not a rate', '费率'],
  ['    fee: {}', '3:10', 'fee.rate is missing', '缺少 plans[1].fee.rate'],
  ['    fee: { rate: 0.6%, min: 0.01 }', '3:29', 'it needs fee.currency', '需要同时写 fee.currency'],
  ['    fee: { rate: 0.6%, currency: CNY, min: 0.001 }', '3:44', 'not an exact amount in CNY', '不是 CNY 的精确金额'],
  ['    fee: { rate: 0.6%, currency: CNY, max: -1 }', '3:44', 'not an exact amount', '精确金额'],
  ['    fee: { rate: 0.6%, currency: CNY, min: 2, max: 1 }', '3:52', 'max is less than min', 'max 小于 min'],
  ['    fee: { rate: 0.6%, currency: RMB }', '3:34', 'ISO 4217', 'ISO 4217'],
  ['    fee: { rate: 0.6%, rounding: month }', '3:34', 'row, day or batch', '请写 row、day 或 batch'],
  ['    settle: { cycle: T1 }', '3:22', 'T+n for working days', '工作日'],
  ['    settle: { cycle: T+181 }', '3:22', 'more than 180 days', '超过 180 天'],
  ['    settle: { calendar: XX }', '3:25', 'not a calendar; known: CN, US, JP, HK, TARGET2, weekends', '没有这个日历'],
  ['    settle: { calendar: "a b" }', '3:25', 'a name such as CN', '名称'],
  ['    settle: { cycle: weekly }', '3:22', 'weekly and monthly need closes', '需要写明 closes'],
  ['    settle: { cycle: weekly, closes: [someday] }', '3:38', 'days of the week', '星期'],
  ['    settle: { cycle: monthly, closes: [0] }', '3:39', 'days of the month', '1 到 31'],
  ['    settle: { cycle: T+1, closes: [last] }', '3:35', 'only with weekly or monthly', '只用于 weekly'],
  ['    settle: { cycle: monthly, closes: [last], after: 3 }', '3:54', 'T+n for working days or D+n', '工作日'],
  ['    settle: { cycle: D+1, freeDays: next }', '3:37', 'only with T+n', '只用于 T+n'],
  ['    fee: { rate: 0.6%, fixed: 0.10 }', '3:31', 'it needs fee.currency', '需要同时写 fee.currency'],
  ['    fee: { rate: 0.6%, tiers: [{ rate: 1% }] }', '3:32', 'neither card nor from', '未写明 card 或 from'],
  ['    fee: { rate: 0.6%, tiers: [{ card: gold, rate: 1% }] }', '3:40', 'debit or credit or wallet', '请写 debit'],
  [
    '    fee: { rate: 0.6%, tiers: [{ crd: debit, rate: 1% }] }',
    '3:34',
    'known: rate, fixed, min, max, card, from',
    '没有名为',
  ],
  ['    monthly: { fee: 50, currency: CNY, volume: 35000 }', '3:48', 'written together', '须同时写'],
  ['    monthly: { fee: 50.001, currency: CNY }', '3:21', 'not an exact amount in CNY', '精确金额'],
  ['    minPayout: { amount: 100 }', '3:16', 'minPayout.currency is missing', '缺少'],
  ['    holds: { reserve: 10% }', '3:23', 'written together', '须同时写'],
  ['    holds: { freezeDays: 181 }', '3:26', '0 to 180', '0 到 180'],
  ['    payout: never', '3:13', 'auto or manual', '请写 auto'],
  ['    bankAccountKind: private', '3:22', 'corporate or personal', '请写 corporate'],
  ['    billReadyAt: { time: 24:00, zone: UTC }', '3:26', 'HH:MM', '时间'],
  ['    settle: { cycle: D+1, calendar: CN }', '3:37', 'only with T+n', '只用于 T+n'],
  ['    settle: { cutoff: 25:00 }', '3:23', 'HH:MM', '日切'],
  ['    settle: { cutoff: 9:00 }', '3:23', 'HH:MM', '日切'],
  ['    settle: { zone: Beijing }', '3:21', 'not a time zone', '时区'],
  [
    '    settle:\n      cuttoff: 23:00',
    '4:7',
    'no field “plans[1].settle.cuttoff”; known: cycle, calendar, closes, after, freeDays, cutoff, zone',
    '没有名为',
  ],
  ['    from: 2026-02-30', '3:11', 'not a date', '日期'],
  ['    from: 1/7/2026', '3:11', 'not a date', '日期'],
  ['    carryDays: 32', '3:16', 'whole number from 0 to 31', '0 到 31 的整数'],
  ['    carryDays: 1.5', '3:16', 'whole number', '整数'],
  ['    carryDays:', '3:15', 'carryDays: it is empty', '内容为空'],
  ['    bankNames: 财付通', '3:16', 'must be a list', '应为列表'],
  ['    bankNames: []', '3:16', 'it is empty', '内容为空'],
  ['    bankNames: [a, ""]', '3:20', 'bankNames[2]: it is empty', '内容为空'],
  ['    account: [1]', '3:14', 'one value', '一个值'],
  ['    settle: T+1', '3:13', 'must be fields', '字段组'],
  ['    ? [a]\n    : b', '3:7', 'plain text', '普通文字'],
  ['    bank_names: [a]', '3:5', 'no field “plans[1].bank_names”', '没有名为'],
  ['    account: 1\n    account: 2', '4:5', 'not valid YAML', 'YAML 语法有误'],
  ['    account: !!int 1', '3:14', 'not valid YAML', 'YAML 语法有误'],
  ['  - channel: alipay\n  - channel: wechatpay', '4:5', 'stands above', '上文已有'],
  ['  - channel: WeChatPay', '3:14', 'lower case', '小写'],
  ['  - account: 1', '3:5', 'plans[2].channel is missing', '缺少 plans[2].channel'],
  ['  - chanel: alipay', '3:5', 'no field “plans[2].chanel”', '没有名为'],
  ['  - alipay', '3:5', 'plans[2] must be fields', '字段组'],
];

for (const [yaml, at, en, zh] of REFUSED) {
  test(`refused at ${at}: ${yaml.trim().replaceAll('\n', ' ⏎ ')}`, () => {
    assert.throws(
      () => one(yaml),
      (error) => {
        assert.ok(error instanceof DaozhangError, String(error));
        assert.equal(error.code, 'config.invalid');
        assert.equal(error.params.path, `plans.yaml:${at}`, String(error.params.reason));
        const [english, chinese] = String(error.params.reason).split(' / ');
        assert.ok(english?.includes(en), `${english}`);
        assert.ok(chinese?.includes(zh), `${chinese}`);
        return true;
      },
    );
  });
}

test('a file that is no list of plans is refused, an empty list is none', () => {
  for (const source of [
    '',
    '# nothing',
    'plans:',
    'plan: []',
    '- channel: a',
    'plans: {}',
    'a: 1\n---\nb: 2',
    'plans: *x',
  ]) {
    assert.throws(() => parsePlans(source, 'p'), { code: 'config.invalid' }, source);
  }
  assert.deepEqual(parsePlans('plans: []', 'p'), []);
});

test('the file is found, is UTF-8, and may begin with a BOM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plans-'));
  try {
    const path = join(folder, 'plans.yaml');
    await assert.rejects(loadPlans(path), { code: 'file.not_found' });
    await assert.rejects(loadPlans(folder), { code: 'file.unreadable' });
    await writeFile(path, Buffer.from([0xb2, 0xc6, 0xb8, 0xb6]));
    await assert.rejects(loadPlans(path), { code: 'config.invalid' });
    await writeFile(path, '\ufeffplans:\r\n  - channel: wechatpay\r\n    bankNames: [财付通]\r\n');
    assert.deepEqual((await loadPlans(path))[0]?.bankNames, ['财付通']);
  } finally {
    await rm(folder, { recursive: true });
  }
});

const word = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
  .map((s) => s.trim())
  .filter((s) => s !== '');
const cutoff = fc
  .integer({ min: 1, max: 1440 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
const hhmm = cutoff.filter((time) => time !== '24:00');
const rest = { cutoff, zone: fc.constantFrom('Asia/Shanghai', 'Europe/Berlin', 'UTC') };
const days = fc.nat(180);
const PLAIN = { noNullPrototype: true } as const;
const opt = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });
const drop = <T extends object>(o: T): T =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as T;

const bounds = {
  fixed: opt(fc.bigInt({ min: 0n, max: 99n })),
  min: opt(fc.bigInt({ min: 0n, max: 99n })),
  max: opt(fc.bigInt({ min: 100n, max: 10n ** 15n })),
};
const tier = fc
  .record({
    ppm: fc.nat(1_000_000),
    ...bounds,
    card: opt(fc.constantFrom(...CARDS)),
    from: opt(fc.bigInt({ min: 0n, max: 10n ** 9n })),
  })
  .filter((t) => t.card !== undefined || t.from !== undefined)
  .map(drop);
const fee = fc
  .record({
    ppm: fc.nat(1_000_000),
    rounding: fc.constantFrom('row' as const, 'day' as const, 'batch' as const),
    currency: fc.constant('CNY'),
    ...bounds,
    tiers: opt(fc.array(tier, { minLength: 1, maxLength: 3 })),
    base: opt(fc.constant('amount' as const)),
  })
  .map(drop);
const amount = fc.record(
  { minor: fc.bigInt({ min: 0n, max: 10n ** 12n }), currency: fc.constantFrom('CNY', 'JPY') },
  PLAIN,
);
const lag = fc.oneof(
  fc.record({ cycle: fc.constant('T' as const), days, calendar: fc.constantFrom(...CALENDARS) }, PLAIN),
  fc.record({ cycle: fc.constant('D' as const), days }, PLAIN),
);
const closes = (most: number): fc.Arbitrary<number[]> =>
  fc
    .uniqueArray(fc.integer({ min: 1, max: most }), { minLength: 1, maxLength: 4 })
    .map((all) => all.sort((a, b) => a - b));

const anyPlan = fc
  .record({
    channel: fc.oneof(
      fc.constantFrom(...PLANNED_CHANNELS),
      word.map((w) => w.toLowerCase().trim()).filter((w) => w === w.toLowerCase()),
    ),
    account: opt(word),
    from: opt(fc.integer({ min: 0, max: 9999 }).map((n) => on('2010-01-01').add({ days: n }))),
    settle: fc.oneof(
      fc
        .record(
          {
            cycle: fc.constant('T' as const),
            days,
            calendar: fc.constantFrom(...CALENDARS),
            freeDays: opt(fc.constant('next' as const)),
            ...rest,
          },
          PLAIN,
        )
        .map(drop),
      fc.record({ cycle: fc.constant('D' as const), days, ...rest }, PLAIN),
      fc.record({ cycle: fc.constant('weekly' as const), closes: closes(7), after: lag, ...rest }, PLAIN),
      fc.record({ cycle: fc.constant('monthly' as const), closes: closes(31), after: lag, ...rest }, PLAIN),
      fc.record({ cycle: fc.constant('stated' as const), ...rest }, PLAIN),
    ),
    fee: opt(fee),
    monthly: opt(
      fc.oneof(
        fc.record({ fee: amount }, PLAIN),
        fc.record(
          { fee: amount, volume: fc.bigInt({ min: 0n, max: 10n ** 9n }), when: fc.constantFrom('below', 'from') },
          PLAIN,
        ),
      ),
    ),
    minPayout: opt(amount),
    holds: opt(
      fc
        .record({
          reserve: opt(fc.record({ ppm: fc.nat(1_000_000), days: fc.nat(366) }, PLAIN)),
          freezeDays: opt(fc.integer({ min: 1, max: 180 })),
        })
        .map(drop),
    ),
    payout: opt(fc.constant('manual' as const)),
    bankAccount: opt(word),
    bankAccountKind: opt(fc.constantFrom('corporate' as const, 'personal' as const)),
    bankNames: fc.array(word, { minLength: 1, maxLength: 3 }),
    billReadyAt: fc.record({ time: hhmm, zone: rest.zone }, PLAIN),
    carryDays: fc.nat(31),
    cutoffMarginMinutes: fc.nat(720),
    valueWindowDays: fc.nat(31),
    matchWindowMinutes: fc.nat(1440),
  })
  .map((plan) => drop(plan) as unknown as Plan);

test('a plan written out and read again is the same plan', () => {
  fc.assert(
    fc.property(anyPlan, (plan) => {
      const again = parsePlans(JSON.stringify({ plans: [writePlan(plan)] }), 'plans.yaml')[0]!;
      assert.deepEqual({ ...again, from: again.from?.toString() }, { ...plan, from: plan.from?.toString() });
    }),
  );
});

test('no text makes the reader throw anything but config.invalid', () => {
  const piece = fc.constantFrom(
    'plans:',
    '\n',
    '  - ',
    'channel: a',
    '{',
    '}',
    '[',
    ']',
    ': ',
    '&a',
    '*a',
    '!!x',
    '"',
    "'",
    '|',
    '#',
    '\t',
    '%',
    '---',
    'fee:',
    '? ',
    '<<',
    'rate: 0.6%',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 14 }), (pieces) => {
      try {
        parsePlans(pieces.join(''), 'p');
      } catch (error) {
        assert.ok(error instanceof DaozhangError, String(error));
        assert.equal(error.code, 'config.invalid');
        assert.match(String(error.params.path), /^p:\d+:\d+$/);
      }
    }),
    { numRuns: 500 },
  );
});

// docs/reference/plans.md against the code, both ways.

const page = readFile(join(import.meta.dirname, '..', '..', 'docs', 'reference', 'plans.md'), 'utf8');
const rowsOf = (text: string): string[][] =>
  [...text.matchAll(/^\|(.+)\|$/gm)].map((m) => m[1]!.split('|').map((cell) => cell.trim()));

test('the example of the reference page is read, and promises what the page says', async () => {
  const text = await page;
  const plans = parsePlans(/```yaml\n([\s\S]*?)```/.exec(text)![1]!, 'plans.md');
  assert.equal(plans.length, 5);
  const rows = rowsOf(text).filter((cells) => /^\w+ \d+, /.test(cells[0]!));
  assert.equal(rows.length, 6);
  for (const [payment = '', terms = '', settleOn, due = ''] of rows) {
    const [, channel, account, date, time] = /^(\w+) (\d+), \w{3} ([\d-]+) ([\d:]+)$/.exec(payment)!;
    const plan = planFor(plans, channel!, account!, on(date!));
    const occurredAt = microsIn(Temporal.PlainDateTime.from(`${date}T${time}`), plan.settle.zone);
    const promised = promise(on(date!), occurredAt, plan)!;
    assert.equal(promised.settleOn.toString(), settleOn, payment);
    assert.equal(promised.dueOn.toString(), due.slice(0, 10), payment);
    assert.ok(!promised.assumed);
    if ('days' in plan.settle) assert.ok(terms.startsWith(`${plan.settle.cycle}+${plan.settle.days}`), payment);
    const rate = /[\d.]+(?= %)/.exec(terms)?.[0];
    if (rate) assert.equal(plan.fee?.ppm, Number(rate.replace('.', '')) * 100, payment);
  }
});

test('the reference page lists each field and no other', async () => {
  const { plan, fee, tiers, ...parts } = PLAN_FIELDS;
  const inside = Object.entries({ ...parts, fee, 'fee.tiers': tiers });
  const fields = [...plan, ...inside.flatMap(([name, of]) => of.map((field) => `${name}.${field}`))];
  const section = /## Fields\n([\s\S]*?)\n## /.exec(await page)![1]!;
  const listed = rowsOf(section).flatMap(([name]) => /^`([\w.]+)`$/.exec(name!)?.[1] ?? []);
  assert.deepEqual(listed.toSorted(), fields.toSorted());
});

test('the reference page gives the defaults and calendars of the code', async () => {
  const [, defaults, calendars] = /## Defaults by channel\n([\s\S]*?)\n## Calendars\n([\s\S]*)/.exec(await page)!;
  const channels = rowsOf(defaults!).filter(([name]) => name!.startsWith('`'));
  assert.deepEqual(
    channels.map((cells) => cells.join(' | ')),
    PLANNED_CHANNELS.map((name) => {
      const { settle, bankNames } = defaultPlan(name);
      const early = settle.cutoff === '24:00' ? '' : `, cut-off ${settle.cutoff}`;
      const settles = settle.cycle === 'T' ? `T+${settle.days}, ${settle.calendar}${early}` : settle.cycle;
      return `\`${name}\` | ${settles} | ${bankNames.join(', ')}`;
    }),
  );
  const rows = rowsOf(calendars!).filter(([name]) => name!.startsWith('`'));
  assert.deepEqual(
    rows.map(([name, , certain]) => `${name} ${certain}`),
    CALENDARS.map((id) => {
      const { knownFrom, knownUntil } = calendarOf(id);
      const certain =
        knownFrom === undefined
          ? 'always'
          : knownUntil === undefined
            ? `from ${knownFrom}`
            : `${knownFrom} to ${knownUntil}`;
      return `\`${id}\` ${certain}`;
    }),
  );
});
