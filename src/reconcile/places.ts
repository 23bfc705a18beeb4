/**
 * Where the lines of a run ended up, as tables of the engine: `places(id, place)` holds those that are not matched, `bank_met(id, pass,
 * batch)` the bank's lines and the batches they pay. A line that stands in neither says what its status says. The figures are those of the
 * proof. Cost: the lines left over, which are few.
 */
import { type Engine, quote } from '../files/engine.ts';
import type { BankMatch, BankOutcome } from './bank.ts';

export async function placeLines(engine: Engine, bank: BankOutcome): Promise<void> {
  const lineIds = (matches: readonly Pick<BankMatch, 'credits'>[]): bigint[] =>
    matches.flatMap((m) => m.credits.map((c) => c.id));
  const left = [
    ...lineIds([...bank.differing, ...bank.returned]).map((id) => [id, 'break'] as const),
    ...bank.returned.flatMap((r) => r.backs.map((c) => [c.id, 'break'] as const)),
    ...lineIds(bank.unclear).map((id) => [id, 'ambiguous'] as const),
    ...bank.creditsLeft.map((c) => [c.id, 'left'] as const),
  ];
  const met = [...bank.matched, ...bank.differing].flatMap((m) =>
    m.credits.flatMap((c) => m.batches.map((b) => `(${c.id}, ${quote(m.pass)}, ${quote(b.id)})`)),
  );
  // An own refund stands on the row that states it: that row's place is the payment's.
  await engine.run(`
    create or replace temp table places as
    select id, place from elsewhere_ours where id >= 0 union all select id, place from elsewhere_theirs
    union all select c.id, 'not_from_a_channel' from bank_channel c where c.channel is null;
    create or replace temp table bank_met (id bigint, pass varchar, batch varchar);`);
  await insert(
    engine,
    'places',
    left.map(([id, place]) => `(${id}, ${quote(place)})`),
  );
  await insert(engine, 'bank_met', met);
}

const AT_ONCE = 1000;
async function insert(engine: Engine, table: string, rows: readonly string[]): Promise<void> {
  for (let at = 0; at < rows.length; at += AT_ONCE)
    await engine.run(`insert into ${table} values ${rows.slice(at, at + AT_ONCE).join(', ')}`);
}
