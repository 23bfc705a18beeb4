/**
 * Scenarios: stories in tests/scenarios/*.txt that an accountant could have written. Each becomes real documents, is
 * reconciled, and everything found — break, open item, ambiguous set — must be what the story expects, no more and no less.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Document } from '../sim/documents/domain.ts';
import { CHINA, endOfDay } from '../src/base/time.ts';
import { parsePlans } from '../src/plans/load.ts';
import type { Plan } from '../src/plans/plan.ts';
import type { Break, Result } from '../src/reconcile/result.ts';
import { type RunOptions, reconcile } from '../src/reconcile/run.ts';
import { FINDINGS } from '../src/verdicts/findings.ts';
import { mainRef, withFolder } from './support/found.ts';
import { marketOf } from './support/market.ts';
import { type Row, readScenarios, type Scenario, type Run as ScenarioRun } from './support/scenario.ts';

const FOLDER = join(import.meta.dirname, 'scenarios');
const scenarios = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.txt') && file !== 'verdicts.txt') // tests/matrix.test.ts
  .sort()
  .flatMap((file) => readScenarios(file, readFileSync(join(FOLDER, file), 'utf8')));

test('every finding has its scenario, and every scenario its name', () => {
  const expected = new Set(scenarios.flatMap((s) => s.runs.flatMap((r) => r.expect.map((e) => e.args[0]))));
  assert.deepEqual(
    Object.keys(FINDINGS).filter((finding) => !expected.has(finding)),
    [],
  );
  assert.equal(new Set(scenarios.map(nameOf)).size, scenarios.length);
});

for (const scenario of scenarios) {
  test(nameOf(scenario), () => play(scenario));
}

function nameOf({ file, name }: Scenario): string {
  return `${file.replace('.txt', '')}: ${name}`;
}

async function play(scenario: Scenario): Promise<void> {
  const replay = `node --test --test-name-pattern='^${nameOf(scenario).replace(/[.*+?^${}()|[\]\\']/g, '.')}$' tests/scenarios.test.ts`;
  await withFolder([], async (carry) => {
    for (const [i, run] of scenario.runs.entries()) {
      try {
        const result = await resultOf(run, scenario.runs.length > 1 ? { carry } : {});
        const expected = run.expect.map((row) => row.args.join(' ')).sort();
        assert.deepEqual(told(result, expected), expected);
        assert.deepEqual(
          givenOnOurWord(result),
          [],
          'goods go on the word of the channel, never on the order book alone',
        );
      } catch (error) {
        const where = `${scenario.file}, run ${i + 1}: ${(error as Error).message}`;
        throw new Error(`${where}\n\n${scenario.text}\n\nreplay: ${replay}`, { cause: error });
      }
    }
  });
}

async function resultOf({ rows }: ScenarioRun, carry: Pick<RunOptions, 'carry'>): Promise<Result> {
  const { documents, formats } = marketOf(rows);
  const asOn = rows.find((r) => r.what === 'as_of')?.args[0];
  const asOf = asOn === undefined ? {} : { asOf: endOfDay(Temporal.PlainDate.from(asOn), CHINA) };
  return withFolder(
    documents.flatMap((d) => handled(d, rows)),
    async (folder) => {
      const options = { paths: [folder], zone: CHINA, plans: plansOf(rows), configured: formats, ...asOf, ...carry };
      const run = await reconcile(options);
      await run.keep();
      await run.close();
      return run.result;
    },
  );
}

/** Everything found, in the words of `expect`. What a story may leave out is told only when it asks. */
function told(result: Result, asked: readonly string[]): string[] {
  const asks = (word: string) => asked.some((line) => line === word || line.startsWith(`${word} `));
  const all = [...result.breaks, ...result.open, ...result.ambiguous];
  const batches = result.batches.filter((b) => b.net.amount !== '0.00');
  const ok = batches.length > 0 && batches.every((b) => b.state === 'credited') && all.every((b) => b.joint !== 'bank');
  return [
    ...all.map(lineOf),
    ...(all.length === 0 && asks('nothing') ? ['nothing'] : []),
    ...(ok && asks('bank ok') ? ['bank ok'] : []),
    ...(asks('incomplete') ? [result.state] : []),
    ...(asks('not compared') ? result.notCompared.map((n) => `not compared ${n.joint}: ${n.missing.join()}`) : []),
    ...(asks('taken') ? [`taken ${result.carry?.taken}`] : []),
    ...(asks('not carried') && result.carry?.left === undefined ? ['not carried'] : []),
    ...(asks('matched') ? [`matched ${result.totals.matched}`] : []),
    ...(asks('repeated') ? [`repeated ${result.documents.reduce((n, d) => n + d.repeated, 0)}`] : []),
    ...(asks('same_bytes')
      ? [`same_bytes ${result.documents.filter((d) => d.notes.some((n) => /same bytes/.test(n.en))).length}`]
      : []),
    ...result.refused.map((r) => `refused ${r.code}`),
    ...(result.rejected.length > 0 ? [`rejected ${result.rejected.length}`] : []),
  ].sort();
}

/** Findings about orders that would have the goods handed over although no line of the channel shows the payment. */
const givenOnOurWord = (result: Result): string[] =>
  [...result.breaks, ...result.open, ...result.ambiguous]
    .filter((b) => b.joint === 'orders' && b.release === 'yes' && b.theirs.length === 0)
    .map(lineOf);

function lineOf(b: Break): string {
  const { amount, currency } = b.difference;
  return [b.finding, mainRef(b).replaceAll(' ', '/'), amount, ...(currency === 'CNY' ? [] : [currency])].join(' ');
}

/** `damage wechat 45.00 -> 4S.00` changes bytes, `cut orders 50` ends a file early, `twice wechat` gives it again. */
function handled(document: Document, rows: readonly Row[]): Document[] {
  let { name, bytes } = document;
  const about = (what: string) => rows.filter((r) => r.what === what && name.includes(r.args[0]!));
  for (const { args } of about('damage')) {
    const [, from, , to] = args;
    const text = Buffer.from(bytes).toString('latin1');
    assert.ok(text.includes(from!), `${name} has no ${from}`);
    bytes = Buffer.from(text.replace(from!, to!), 'latin1');
  }
  for (const { args } of about('cut')) bytes = bytes.subarray(0, Math.floor((bytes.length * Number(args[1])) / 100));
  return [{ name, bytes }, ...about('twice').map(() => ({ name: `copy/${name}`, bytes }))];
}

/** `plan wechatpay rate 0.60% settle T+1 cutoff 23:00` */
function plansOf(rows: readonly Row[]): readonly Plan[] {
  const plans = rows
    .filter((r) => r.what === 'plan')
    .map(({ args, options }) => {
      const settle = [
        ...(options.settle ? [`cycle: ${options.settle}`] : []),
        ...(options.calendar ? [`calendar: ${options.calendar}`] : []),
        ...(options.cutoff ? [`cutoff: ${options.cutoff}`] : []),
      ];
      return [
        `  - channel: ${args[0]}`,
        ...(options.account ? [`    account: ${options.account}`] : []),
        ...(settle.length > 0 ? [`    settle: { ${settle.join(', ')} }`] : []),
        ...(options.rate ? [`    fee: { rate: ${options.rate} }`] : []),
        ...(options.terms ? [`    ${options.terms}`] : []),
      ].join('\n');
    });
  return plans.length === 0 ? [] : parsePlans(`plans:\n${plans.join('\n')}\n`, 'scenario');
}
