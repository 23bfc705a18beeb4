/**
 * The sticker check: at opening somebody scans the shop's own code, and it is compared with the registry to the character. A code that is
 * not ours is told in words, kept as evidence, and opens a case.
 */
import { addFindings, type CodeFinding } from '../actions/places.ts';
import { SERVICE, TERMINAL_STATES, type TerminalState } from '../actions/terminal-states.ts';
import { DaozhangError } from '../base/errors.ts';
import { newId, sha256 } from '../base/ids.ts';
import type { Text } from '../base/lang.ts';
import type { TenantTx } from '../db/pool.ts';
import { type Recognised, recognise } from './codes.ts';
import type { Doing } from './terminals.ts';

export type CheckResult = 'matches' | CodeFinding;

type Registered = Readonly<{
  id: string;
  name: string;
  state: TerminalState;
  store: string | null;
  payee: string | null;
  merchant: string | null;
  merchant_no: string | null;
  settle_merchant_no: string | null;
  live: boolean;
}>;

export type Checked = Readonly<{
  id: string;
  result: CheckResult;
  says: Text;
  code: Recognised;
  terminal: Registered | undefined;
  findingId: string | undefined;
}>;

/** Throws `terminal.no_codes`, and `store.unknown` where a store is named that is not there. */
export async function checkCode(tx: TenantTx, on: Doing, content: string, store: string | undefined): Promise<Checked> {
  if (store !== undefined) {
    const known = await tx.maybe('select from stores where tenant_id = $1 and livemode = $2 and code = $3', [
      tx.tenantId,
      on.livemode,
      store,
    ]);
    if (known === undefined) throw new DaozhangError('store.unknown', { store });
  }
  const hash = sha256(content);
  const terminal = await registered(tx, on.livemode, hash);
  if (terminal === undefined && !(await hasCodes(tx, on.livemode))) throw new DaozhangError('terminal.no_codes', {});
  const result = resultOf(terminal, store);
  const code = recognise(content);
  const id = newId();
  const [findingId] =
    result === 'matches'
      ? []
      : await addFindings(tx, [
          {
            livemode: on.livemode,
            kind: result,
            accountId: undefined,
            said: hash,
            store: store ?? '',
            currency: '',
            terminalId: terminal?.id,
            times: 1,
            amountMinor: 0n,
            firstAt: on.now,
            lastAt: on.now,
            note: content.slice(0, 200),
          },
        ]);
  await tx.run(
    `insert into terminal_checks (tenant_id, id, livemode, store, content, recognised, result, terminal_id, finding_id, by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      tx.tenantId,
      id,
      on.livemode,
      store ?? null,
      content,
      code.kind,
      result,
      terminal?.id ?? null,
      findingId ?? null,
      on.by,
    ],
  );
  return { id, result, says: wordsOf(result, terminal, code), code, terminal, findingId };
}

/** Whose code this is: now, or else whose it was last. */
const registered = (tx: TenantTx, livemode: boolean, hash: string): Promise<Registered | undefined> =>
  tx.maybe<Registered>(
    `select t.id, b.name, t.state, b.store, b.payee, b.merchant, b.merchant_no, b.settle_merchant_no, b.until_at is null as live
       from terminal_bindings b join terminals t on t.tenant_id = $1 and t.id = b.terminal_id
      where b.tenant_id = $1 and b.livemode = $2 and b.code_hash = $3
      order by b.until_at is null desc, b.until_at desc limit 1`,
    [tx.tenantId, livemode, Buffer.from(hash, 'hex')],
  );

async function hasCodes(tx: TenantTx, livemode: boolean): Promise<boolean> {
  const { some } = await tx.one<{ some: boolean }>(
    `select exists (select from terminal_bindings where tenant_id = $1 and livemode = $2 and code_hash is not null) as some`,
    [tx.tenantId, livemode],
  );
  return some;
}

function resultOf(terminal: Registered | undefined, store: string | undefined): CheckResult {
  if (terminal === undefined) return 'foreign_code';
  // One that is not in service yet has no place on the counter either.
  if (!terminal.live || SERVICE[terminal.state] !== 'now') return 'retired_code';
  return store !== undefined && terminal.store !== store ? 'other_store' : 'matches';
}

function wordsOf(result: CheckResult, t: Registered | undefined, code: Recognised): Text {
  const payee = { en: t?.payee ?? '—', zh: t?.payee ?? '—' };
  const no = t?.merchant_no ?? '—';
  switch (result) {
    case 'matches':
      return {
        en: `It is the code of “${t!.name}”: it pays “${payee.en}”, merchant number ${no}`,
        zh: `与登记一致:终端“${t!.name}”,收款方“${payee.zh}”,商户号 ${no}`,
      };
    case 'foreign_code':
      return {
        en: `This is not a code of yours: it is ${code.says.en}. Take it down, keep it, and collect with another`,
        zh: `这不是本店登记的码:${code.says.zh}。请立即撤下并保留,改用其他方式收款`,
      };
    case 'retired_code':
      return {
        en: `The code of “${t!.name}” is not in service (${t!.live ? TERMINAL_STATES[t!.state].en : 'replaced'}): do not collect with it`,
        zh: `终端“${t!.name}”的码不在使用中(${t!.live ? TERMINAL_STATES[t!.state].zh : '已更换'}),请勿用它收款`,
      };
    case 'other_store':
      return {
        en: `It is the code of “${t!.name}”, registered at store ${t!.store}: the money is the merchant’s, the store is not this one`,
        zh: `终端“${t!.name}”登记在门店 ${t!.store}:收款方正确,但不是本店的码`,
      };
  }
}
