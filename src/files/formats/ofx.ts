/**
 * OFX and QFX: bank and card statements, 1.x (SGML, leaf tags without an end) and 2.x (XML), one or more accounts a file.
 *
 * The tokenizer is small and tolerant because the wild is: a value runs from its tag to the next tag, only the aggregates
 * that matter here are nested, everything else is a leaf. No entity but the predefined ones is expanded, a DOCTYPE is refused.
 * Carries no control figure: the closing balance stands without an opening one, so amounts and the number of rows cannot be
 * proven; the closing `</OFX>` shows that the file is whole. Of investment statements only the movements of the cash account
 * (INVBANKTRAN) are lines; trades in securities are counted in a note.
 *
 * Source: OFX 1.6 and 2.2, chapters 3, 11 and 13 (channels.md §8). O(bytes), memory one transaction.
 */
import { isCurrency } from '../../base/currency.ts';
import { DaozhangError } from '../../base/errors.ts';
import type { Text } from '../../base/lang.ts';
import { type Decimal, parseDecimal } from '../../base/money.ts';
import { type Micros, microsIn } from '../../base/time.ts';
import type { Balance, Encoding, Facts, Head, Input, RejectCode, Rejected, RowsFormat, Sink } from '../format.ts';
import type { Kind, Line } from '../line.ts';
import { minorOf, reference, remittance } from './bank.ts';
import { maskedCard } from './bank-cells.ts';

export const ofx: RowsFormat = {
  shape: 'rows',
  id: 'ofx',
  title: { en: 'OFX / QFX statement (1.x and 2.x)', zh: 'OFX / QFX 对账单(1.x 与 2.x)' },
  role: 'bank',
  rounding: 'none',
  check: { en: 'none: a closing balance only, no opening one', zh: '无:只有期末余额,没有期初余额' },
  mapping: [
    ['account', 'BANKACCTFROM / CCACCTFROM / INVACCTFROM ACCTID'],
    ['currency', 'CURRENCY CURSYM, else CURDEF'],
    ['kind', 'TRNTYPE'],
    ['status', 'done; pending for TRNTYPE HOLD and STMTTRNP'],
    ['amount', 'TRNAMT'],
    ['businessOn', 'DTPOSTED (else DTTRAN), the date as written'],
    ['occurredAt', 'DTPOSTED with its zone; GMT when it states none'],
    ['valueOn', 'DTAVAIL, VALUEDATE'],
    ['bankRef', 'FITID'],
    ['paymentRef', 'REFNUM, else CHECKNUM'],
    ['method', 'TRNTYPE'],
    ['party', 'NAME, PAYEE NAME'],
    ['text', 'MEMO'],
  ],
  detect: (head) =>
    !head.encoding.startsWith('utf-16') &&
    /^\s*(OFXHEADER|<\?xml|<\?OFX|<OFX>)/i.test(head.text) &&
    /<OFX>/i.test(head.text),
  read,
};

// ---------------------------------------------------------------- tags

/** An aggregate that is open: its leaves by name. */
type Node = { name: string; at: number; row: number; leaves: Map<string, string> };

/** These must be opened and closed in order; a transaction inside another means that bytes are missing. */
const HARD = new Set(
  'OFX BANKMSGSRSV1 CREDITCARDMSGSRSV1 INVSTMTMSGSRSV1 STMTTRNRS CCSTMTTRNRS INVSTMTTRNRS STMTRS CCSTMTRS INVSTMTRS BANKTRANLIST BANKTRANLISTP INVTRANLIST STMTTRN STMTTRNP'.split(
    ' ',
  ),
);
/** Nested too, but files forget to close them, or write them as a leaf (`<CURRENCY>USD`). */
const SOFT = new Set(
  'STATUS BANKACCTFROM CCACCTFROM INVACCTFROM BANKACCTTO CCACCTTO LEDGERBAL AVAILBAL CURRENCY ORIGCURRENCY PAYEE INVTRAN'.split(
    ' ',
  ),
);

const TAG = /<(\/?)([A-Za-z][A-Za-z0-9._]*)[ \t\r\n]*\/?>/g;
const LONGEST_VALUE = 1 << 20;

type OnTag = (
  tag: Readonly<{ close: boolean; name: string; value: string; at: number; end: number; row: number }>,
) => void;

/**
 * Walks the tags with their byte offsets: the bytes are taken as Latin-1, so that an index is an offset, and a value is
 * decoded when it is used.
 */
async function eachTag(input: Input, decode: (bytes: string, at: number) => string, onTag: OnTag): Promise<void> {
  let text = '';
  let base = 0;
  let row = 1;
  let counted = 0;
  let open: { close: boolean; name: string; at: number; from: number; row: number } | undefined;
  const finish = (end: number): void => {
    if (!open) return;
    const value = decode(text.slice(open.from - base, end), open.from);
    onTag({ close: open.close, name: open.name, value, at: open.at, end: open.from, row: open.row });
  };
  for await (const chunk of input.chunks()) {
    text += Buffer.from(chunk).toString('latin1');
    TAG.lastIndex = 0;
    let kept = 0;
    for (let m = TAG.exec(text); m; m = TAG.exec(text)) {
      finish(m.index);
      for (let nl = text.indexOf('\n', counted); nl !== -1 && nl < m.index; nl = text.indexOf('\n', counted)) {
        row += 1;
        counted = nl + 1;
      }
      open = { close: m[1] === '/', name: m[2]!.toUpperCase(), at: base + m.index, from: base + TAG.lastIndex, row };
      kept = m.index;
    }
    if (/<!(DOCTYPE|ENTITY)/i.test(text)) {
      const reason = 'a DOCTYPE is not taken / 不接受 DOCTYPE';
      throw new DaozhangError('file.layout', { path: input.name, reason });
    }
    if (text.length - kept > LONGEST_VALUE + chunk.length) {
      const reason = 'no tag within 1 MB / 1 MB 内没有标签';
      throw new DaozhangError('file.layout', { path: input.name, reason });
    }
    // The last tag is read again with the next chunk, when its value is complete.
    open = undefined;
    counted = Math.max(0, counted - kept);
    text = text.slice(kept);
    base += kept;
  }
  TAG.lastIndex = 0;
  const last = TAG.exec(text);
  if (last) {
    open = {
      close: last[1] === '/',
      name: last[2]!.toUpperCase(),
      at: base + last.index,
      from: base + TAG.lastIndex,
      row,
    };
    finish(text.length);
  }
}

/** 1.x names its character set in the header, 2.x in the XML declaration; most of what claims 1252 today is UTF-8 in fact. */
function encodingOf(head: Head): Encoding {
  const start = head.text.slice(0, 2000);
  if (/CHARSET:\s*(UTF-?8|65001)|ENCODING:\s*UTF-?8|encoding\s*=\s*["']UTF-8["']/i.test(start)) return 'utf-8';
  if (/CHARSET:\s*(936|GBK|GB2312|GB18030)|encoding\s*=\s*["']GB/i.test(start)) return 'gb18030';
  if (head.encoding === 'utf-8') return 'utf-8';
  return /CHARSET:|encoding\s*=\s*["'](windows-1252|iso-8859-1)/i.test(start) ? 'windows-1252' : head.encoding;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

function unescaped(text: string): string {
  if (!text.includes('&') && !text.includes('<![CDATA[')) return text;
  return text
    .replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, '$1')
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,5}));/gi, (all, decimal, hex, name) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? all;
      const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : all;
    });
}

// ---------------------------------------------------------------- values

/**
 * OFX allows a point or a comma for decimals and no thousands, yet some banks write both. `1,234` has two readings and is
 * none; a currency sign is none either.
 */
function amountOf(text: string): Decimal | undefined {
  const s = text.replace(/^([+-]?)(?=[.,]\d)/, '$10');
  if (/^[+-]?\d+(\.\d*)?$/.test(s)) return parseDecimal(s);
  if (/^[+-]?\d+,\d+$/.test(s) && !/^[+-]?[1-9]\d{0,2},\d{3}$/.test(s)) return parseDecimal(s.replace(',', '.'));
  if (/^[+-]?\d{1,3}(,\d{3})+\.\d+$/.test(s)) return parseDecimal(s);
  if (/^[+-]?\d{1,3}(\.\d{3})+,\d+$/.test(s)) return parseDecimal(s, 'decimal');
  return undefined;
}

const STAMP = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:[.:]\d{1,6})?)?\s*(?:\[([^\]]*)\])?$/;

/**
 * `20050824023000.000[-5:EST]`. The date is the one written, in its own zone. The instant is given only when the time is one:
 * midnight and noon without a zone are how banks write that they state none.
 */
function stampOf(text: string): { on: Temporal.PlainDate; at: Micros | undefined } | undefined {
  const m = STAMP.exec(text);
  if (!m) return undefined;
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map((part) => Number(part ?? 0)) as number[];
  let local: Temporal.PlainDateTime;
  try {
    local = Temporal.PlainDateTime.from({ year, month, day, hour, minute, second } as Temporal.PlainDateTimeLike, {
      overflow: 'reject',
    });
  } catch {
    return undefined;
  }
  const on = local.toPlainDate();
  if (m[4] === undefined) return { on, at: undefined };
  const zone = /^\s*([+-]?\d{1,2})(?:\.(\d{1,2}))?\s*(?::.*)?$/.exec(m[7] ?? '');
  if (m[7] !== undefined && !zone) return { on, at: undefined };
  if (!zone && (hour === 0 || hour === 12) && minute === 0 && second === 0) return { on, at: undefined };
  const minutes = zone ? offsetMinutes(zone[1]!, zone[2]) : 0n;
  return { on, at: microsIn(local, 'UTC') - minutes * 60_000_000n };
}

/** Hours with a decimal fraction: `5.50` is 5 h 30 min. */
function offsetMinutes(hours: string, fraction: string | undefined): bigint {
  const part = (BigInt((fraction ?? '').padEnd(2, '0') || '0') * 60n) / 100n;
  return hours.startsWith('-') ? BigInt(hours) * 60n - part : BigInt(hours) * 60n + part;
}

const KINDS: Readonly<Record<string, Kind>> = {
  FEE: 'fee',
  SRVCHG: 'fee',
  INT: 'adjustment',
  DIV: 'adjustment',
  XFER: 'transfer',
};

const kindOf = (type: string, amount: bigint): Kind => KINDS[type] ?? (amount < 0n ? 'payout' : 'payment');

// ---------------------------------------------------------------- statements

type Statement = { currency: string; account: string; from?: string | undefined; to?: string | undefined };

async function read(input: Input, sink: Sink): Promise<Facts> {
  const encoding = encodingOf(input);
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (bytes: string, at: number): string => {
    if (!/[\x80-\xff]/.test(bytes)) return unescaped(bytes).trim();
    try {
      return unescaped(decoder.decode(Buffer.from(bytes, 'latin1'))).trim();
    } catch (cause) {
      throw new DaozhangError('file.encoding', { path: input.name, offset: at, encoding }, cause);
    }
  };
  const stack: Node[] = [];
  const balances: Balance[] = [];
  const notes: Text[] = [];
  const accounts = new Set<string>();
  const days: string[] = [];
  let statement: Statement | undefined;
  let statements = 0;
  let trades = 0;
  let whole = false;

  const damaged = (at: number, name: string): DaozhangError => {
    const reason = `<${name}> is not closed or out of place / <${name}> 没有闭合或位置不对`;
    return new DaozhangError('file.corrupt', { path: input.name, offset: at, reason });
  };

  const closed = (node: Node, end: number): void => {
    const leaf = (name: string): string => node.leaves.get(name) ?? '';
    switch (node.name) {
      case 'STMTTRN':
      case 'STMTTRNP':
        put(sink, transactionOf(node, end, statement ?? { currency: '', account: '' }));
        return;
      case 'CURRENCY': {
        // Amounts are in this currency; ORIGCURRENCY instead only tells where a converted amount came from.
        const parent = stack.at(-1);
        if (parent && leaf('CURSYM') !== '') parent.leaves.set('CURRENCY', leaf('CURSYM'));
        return;
      }
      case 'PAYEE':
        if (stack.at(-1)?.leaves.has('NAME') === false) stack.at(-1)!.leaves.set('NAME', leaf('NAME'));
        return;
      case 'BANKACCTFROM':
      case 'CCACCTFROM':
      case 'INVACCTFROM':
        if (statement && statement.account === '') {
          statement.account = node.name === 'CCACCTFROM' ? maskedCard(leaf('ACCTID')) : leaf('ACCTID');
          accounts.add(statement.account);
        }
        return;
      case 'LEDGERBAL':
        if (statement) addBalance(statement, leaf('BALAMT'), leaf('DTASOF'), balances);
        return;
      case 'BANKTRANLIST':
      case 'INVTRANLIST':
        for (const name of ['DTSTART', 'DTEND']) {
          const stamp = stampOf(leaf(name));
          if (stamp) days.push(stamp.on.toString());
        }
        return;
      case 'STATUS':
        if (/^ERROR$/i.test(leaf('SEVERITY'))) notes.push(bankError(leaf('CODE'), leaf('MESSAGE')));
        return;
      case 'INVTRAN':
        trades += 1;
        return;
      case 'OFX':
        whole = true;
    }
  };

  await eachTag(input, decode, ({ close, name, value, at, end, row }) => {
    const known = HARD.has(name) || SOFT.has(name);
    if (close) {
      if (!known) return;
      const depth = stack.findLastIndex((node) => node.name === name);
      if (depth === -1) {
        if (HARD.has(name)) throw damaged(at, name);
        return;
      }
      const between = stack.slice(depth + 1).find((node) => HARD.has(node.name));
      if (between) throw damaged(between.at, between.name);
      while (stack.length > depth) closed(stack.pop()!, end);
      return;
    }
    if (!known || (SOFT.has(name) && value !== '')) {
      const leaves = stack.at(-1)?.leaves;
      if (value !== '' && leaves && !leaves.has(name)) leaves.set(name, value);
      if (name === 'CURDEF' && statement) statement.currency = value;
      return;
    }
    const inside = stack.findLast((node) => node.name === 'STMTTRN' || node.name === 'STMTTRNP');
    if (HARD.has(name) && inside) throw damaged(inside.at, inside.name);
    if (name === 'STMTRS' || name === 'CCSTMTRS' || name === 'INVSTMTRS') {
      statement = { currency: '', account: '' };
      statements += 1;
    }
    stack.push({ name, at, row, leaves: new Map() });
  });
  if (!whole || stack.length > 0) {
    const reason = 'the closing </OFX> is missing / 缺少结尾的 </OFX>';
    throw new DaozhangError('file.cut', { path: input.name, offset: input.size, reason });
  }
  if (statements === 0) {
    notes.push({
      en: 'no statement in it: it says nothing about any account',
      zh: '其中没有对账单:不能说明任何账户的情况',
    });
  }
  if (trades > 0) {
    notes.push({
      en: `${trades} securities transaction(s): no movements of a bank account, left out`,
      zh: `${trades} 笔证券交易:不是银行账户的收支,未计入`,
    });
  }
  days.sort();
  return {
    account: accounts.size === 1 ? [...accounts][0] : undefined,
    from: days[0] === undefined ? undefined : Temporal.PlainDate.from(days[0]),
    to: days.length === 0 ? undefined : Temporal.PlainDate.from(days.at(-1)!),
    checks: [],
    ...(balances.length > 0 && { balances }),
    ...(notes.length > 0 && { notes }),
  };
}

const bankError = (code: string, message: string): Text => ({
  en: `the bank answered with error ${code} (${message || '—'}) instead of a statement`,
  zh: `银行返回错误 ${code}(${message || '—'}),没有给出对账单`,
});

function addBalance(statement: Statement, amount: string, asOf: string, balances: Balance[]): void {
  const { account, currency } = statement;
  const closing = minorOf(amountOf(amount), currency);
  if (typeof closing === 'bigint') balances.push({ account, currency, closing, to: stampOf(asOf)?.on });
}

function put(sink: Sink, read: Line | Rejected): void {
  if ('code' in read) sink.reject(read);
  else sink.line(read);
}

function transactionOf(node: Node, end: number, statement: Statement): Line | Rejected {
  const leaf = (name: string): string => node.leaves.get(name) ?? '';
  const reject = (column: string, code: RejectCode, value: string): Rejected => ({
    row: node.row,
    at: node.at,
    column,
    code: value === '' ? 'missing' : code,
    value,
  });
  // A correction replaces or deletes a transaction of an earlier file; taken as a movement it would count twice.
  if (leaf('CORRECTFITID') !== '') return reject('CORRECTFITID', 'bad_value', leaf('CORRECTFITID'));
  const currency = leaf('CURRENCY') || statement.currency;
  if (!isCurrency(currency)) return reject('CURDEF', 'bad_currency', currency);
  const amount = minorOf(amountOf(leaf('TRNAMT')), currency);
  if (typeof amount !== 'bigint') return reject('TRNAMT', amount, leaf('TRNAMT'));
  const dateTag = leaf('DTPOSTED') === '' && node.name === 'STMTTRNP' ? 'DTTRAN' : 'DTPOSTED';
  const posted = stampOf(leaf(dateTag));
  if (!posted) return reject(dateTag, 'bad_date', leaf(dateTag));
  const type = leaf('TRNTYPE').toUpperCase();
  return {
    row: node.row,
    at: node.at,
    length: end - node.at,
    kind: kindOf(type, amount),
    status: type === 'HOLD' || node.name === 'STMTTRNP' ? 'pending' : 'done',
    currency,
    amount,
    occurredAt: posted.at,
    businessOn: posted.on,
    valueOn: stampOf(leaf('DTAVAIL') || leaf('VALUEDATE'))?.on,
    account: statement.account,
    bankRef: reference(leaf('FITID')),
    paymentRef: reference(leaf('REFNUM')) ?? reference(leaf('CHECKNUM')),
    method: type,
    party: leaf('NAME'),
    text: remittance([leaf('MEMO')]),
  };
}
