/**
 * Whose ledger is it? WeChat's fund flow does not say, so it belongs to the merchant number whose bill has the same payments.
 * Where no bill or several merchant numbers share them, it stays without one. Cost: one hash join over the channel numbers.
 */
import { type Engine, quote } from '../files/engine.ts';
import { giveAccount } from '../files/lines.ts';

/** Writes the account into `lines` and `docs` of every ledger that names none. */
export async function ownersOfLedgers(engine: Engine): Promise<void> {
  const owners = await engine.all<{ doc: number; account: string }>(`
    select b.doc, min(l.account) as account
    from lines b join lines l on l.channel = b.channel and l.channel_ref = b.channel_ref
    where b.role = 'balance' and b.account is null and b.kind = 'payment'
      and l.role = 'channel' and l.kind = 'payment' and l.account is not null
    group by b.doc having count(distinct l.account) = 1 order by b.doc`);
  for (const { doc, account } of owners) {
    await giveAccount(engine, doc, account);
    await engine.run(`update docs set account = ${quote(account)} where doc = ${doc}`);
  }
}
