/**
 * A Chinese bank's table of entries, as its web bank exports it: lines about the account, a header, one row per entry with
 * the balance behind it, totals; GBK, CRLF. There is no standard; the columns are those that most banks have.
 */
import { type BankEntry, type Statement, sum } from './domain.ts';
import { csvLine, dateText, gbk, timeText, yuan } from './text.ts';

const HEADER = [
  '交易日期',
  '交易时间',
  '交易流水号',
  '借方发生额',
  '贷方发生额',
  '账户余额',
  '对方户名',
  '摘要',
  '附言',
];

export function bankCsv(statement: Statement): Uint8Array {
  const { bank, account, owner, from, to, entries } = statement;
  let balance = statement.opening;
  const rows = entries.map((e) => {
    balance += e.amount;
    return [
      ...[dateText(e.on), timeText(e.time ?? Temporal.PlainTime.from('09:30')), e.ref],
      ...[e.amount < 0n ? grouped(-e.amount) : '', e.amount >= 0n ? grouped(e.amount) : '', grouped(balance)],
      ...[e.party, summaryOf(e), e.text],
    ];
  });
  const into = entries.filter((e) => e.amount >= 0n);
  const out = entries.filter((e) => e.amount < 0n);
  const lines = [
    [`${bank}账户交易明细`],
    [`账号:${account}`, `户名:${owner}`, '币种:人民币'],
    [`起始日期:${dateText(from)}`, `截止日期:${dateText(to)}`, `支出笔数:${out.length}`, `收入笔数:${into.length}`],
    HEADER,
    ...rows,
    ['合计', '', '', grouped(-sum(out, (e) => e.amount)), grouped(sum(into, (e) => e.amount)), '', '', '', ''],
  ];
  return gbk(lines.map((cells) => `${csvLine(cells)}\r\n`).join(''));
}

const grouped = (fen: bigint): string => yuan(fen).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
const summaryOf = (e: BankEntry): string => (e.undoes ? '退汇' : e.amount >= 0n ? '转账存入' : '转账支出');
