/**
 * Who meets whom by a key, for two sides of any size: the views `o(id, amount, …key)` and `t(id, amount, …key)`.
 *
 * Cost: one hash join and a count of each side; a grouping more where a key stands twice.
 */
import type { Engine } from '../files/engine.ts';

/**
 * `met(ours, theirs, differ)`: who meets whom, and who stays alone, of all keys that stand at most once a side. The others are left
 * to the caller: their hashes are in `crowded`; false when there are none. A key that stands often on both sides would meet
 * itself a million times, so the join ends when it has more rows than all lines met 1:1 could give. `telling` is the key without what
 * all lines have in common.
 */
export async function meet(engine: Engine, key: string, telling = key): Promise<boolean> {
  const most = 2n * engine.store.nextId;
  const join = (o: string, t: string): Promise<void> =>
    engine.run(`
      create or replace temp table met as
      select o.id as ours, t.id as theirs, o.amount <> t.amount as differ from ${o} o full join ${t} t using (${telling}) limit ${most + 1n}`);
  await join('o', 't');
  // A full join has every line at least once: more often than there are lines means that some met several.
  const met = await engine.one<{ n: bigint; twice: boolean }>(`
    select n, ours > (select count(*) from o) or theirs > (select count(*) from t) as twice
    from (select count(*) as n, count(ours) as ours, count(theirs) as theirs from met)`);
  if (met.n > most) {
    const twice = (side: 'o' | 't'): string => `select hash(${key}) as h from ${side} group by h having count(*) > 1`;
    await engine.run(`create or replace temp table crowded as ${twice('o')} union ${twice('t')}`);
    const lone = (side: 'o' | 't'): string =>
      `(select * from ${side} where hash(${key}) not in (select h from crowded))`;
    await join(lone('o'), lone('t'));
    return true;
  }
  if (!met.twice) return false;
  // Every row of a crowded key has a line that stands more than once.
  await engine.run(`
    create or replace temp table often as
    select ours as id, 'o' as side from met where ours is not null group by ours having count(*) > 1
    union all select theirs, 't' from met where theirs is not null group by theirs having count(*) > 1;
    create or replace temp table crowded as
    select hash(${key}) as h from o where id in (select id from often where side = 'o')
    union select hash(${key}) from t where id in (select id from often where side = 't');
    delete from met where ours in (select id from often where side = 'o') or theirs in (select id from often where side = 't');`);
  return true;
}
