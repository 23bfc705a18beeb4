/** camt: what each rule of camt.ts promises, the places of lines to the byte, and that no change of a document goes unseen. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { DaozhangError } from '../../base/errors.ts';
import { CHINA } from '../../base/time.ts';
import { type Engine, openEngine } from '../engine.ts';
import type { Facts, Input, Rejected } from '../format.ts';
import { type Ingested, ingest } from '../ingest.ts';
import type { Line } from '../line.ts';
import { inputOf, type Workspace, workspace } from '../open.ts';
import { detect } from '../registry.ts';
import { camt } from './camt.ts';

let space: Workspace;
let engine: Engine;
before(async () => {
  space = await workspace();
  engine = await openEngine({ temp: space.path, folders: [], threads: 1 });
});
after(async () => {
  engine?.close();
  await space?.remove();
});

const utf8 = (text: string): Uint8Array => Buffer.from(text);

/** Through the front door: opened, recognised, ingested. */
async function accept(bytes: Uint8Array): Promise<Ingested> {
  const input = await inputOf(bytes, space, CHINA);
  return ingest(engine, input, detect(input), { doc: 1, scratch: space.next });
}

/** The code a document is refused with, or what was taken of it; either way nothing of it stays. */
async function fate(bytes: Uint8Array): Promise<string | Ingested> {
  try {
    return await accept(bytes);
  } catch (error) {
    assert.ok(error instanceof DaozhangError, String(error));
    const { n } = await engine.one<{ n: bigint }>('select count(*) as n from lines');
    assert.equal(n, 0n, 'lines of a refused document remain');
    return error.code;
  } finally {
    await engine.run('delete from few_lines');
  }
}

type Read = { lines: Line[]; rejected: Rejected[]; facts: Facts };

async function readInput(input: Input): Promise<Read> {
  const lines: Line[] = [];
  const rejected: Rejected[] = [];
  const facts = await camt.read(input, { line: (line) => lines.push(line), reject: (r) => rejected.push(r) });
  return { lines, rejected, facts };
}

const readXml = async (xml: string): Promise<Read> => readInput(await inputOf(utf8(xml), space, CHINA));

// ---------------------------------------------------------------- documents by hand

const balance = (type: string, amount: string, currency = 'EUR', mark = 'CRDT', day = '2026-11-20'): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${mark}</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`;

const entry = (amount: string, mark = 'CRDT', more = '', currency = 'EUR'): string =>
  `<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>${mark}</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>${more}</Ntry>`;

const statement = (inside: string, id = 'S1'): string =>
  `<Stmt><Id>${id}</Id><CreDtTm>2026-11-20T20:00:00+08:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>${inside}</Stmt>`;

const document = (...statements: string[]): string =>
  `<Document><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr>${statements.join('')}</BkToCstmrStmt></Document>`;

const report = (inside: string): string =>
  `<Document><BkToCstmrAcctRpt><GrpHdr/><Rpt><Id>R1</Id><CreDtTm>2026-11-20T20:00:00+08:00</CreDtTm>${inside}</Rpt></BkToCstmrAcctRpt></Document>`;

const detail = (amount: string, mark = '', more = ''): string =>
  `<TxDtls><Amt Ccy="EUR">${amount}</Amt>${mark && `<CdtDbtInd>${mark}</CdtDbtInd>`}${more}</TxDtls>`;

const details = (...inside: string[]): string => `<NtryDtls>${inside.join('')}</NtryDtls>`;

const first = async (xml: string): Promise<Line> => (await readXml(xml)).lines[0]!;

// ---------------------------------------------------------------- rules

describe('an entry', () => {
  const signs = [
    ['CRDT', '', 'payment', 500n],
    ['DBIT', '', 'payout', -500n],
    ['DBIT', '<RvslInd>false</RvslInd>', 'payout', -500n],
    ['DBIT', '<RvslInd>true</RvslInd>', 'reversal', -500n],
    ['CRDT', '<RvslInd>1</RvslInd>', 'reversal', 500n],
  ] as const;
  for (const [mark, more, kind, amount] of signs) {
    test(`${mark} ${more} is ${kind} of ${amount}: the sign is CdtDbtInd's alone`, async () => {
      const line = await first(document(statement(entry('5', mark, more))));
      assert.deepEqual([line.kind, line.amount], [kind, amount]);
    });
  }

  for (const [status, says] of [
    ['<Sts>BOOK</Sts>', 'done'],
    ['<Sts><Cd>BOOK</Cd></Sts>', 'done'],
    ['<Sts>PDNG</Sts>', 'pending'],
    ['<Sts><Cd>FUTR</Cd></Sts>', 'pending'],
    ['<Sts>INFO</Sts>', 'pending'],
  ] as const) {
    test(`${status} is ${says}`, async () => {
      const line = await first(document(statement(entry('5').replace('<Sts>BOOK</Sts>', status))));
      assert.equal(line.status, says);
    });
  }

  const faults: ReadonlyArray<readonly [what: string, xml: string, column: string, code: string, value: string]> = [
    ['a garbled amount', entry('12..34'), 'Ntry/Amt', 'bad_amount', '12..34'],
    ['a decimal comma', entry('12,34'), 'Ntry/Amt', 'bad_amount', '12,34'],
    ['a negative amount', entry('-5.00'), 'Ntry/Amt', 'bad_amount', '-5.00'],
    ['an exponent', entry('4.2E+27'), 'Ntry/Amt', 'bad_amount', '4.2E+27'],
    ['full-width digits', entry('１２'), 'Ntry/Amt', 'bad_amount', '１２'],
    ['more than 64 bits of cents', entry('92233720368547758.08'), 'Ntry/Amt', 'bad_amount', '92233720368547758.08'],
    ['a tenth of a cent', entry('1.005'), 'Ntry/Amt', 'amount_not_exact', '1.005'],
    ['yen with decimals', entry('1.5', 'CRDT', '', 'JPY'), 'Ntry/Amt', 'amount_not_exact', '1.5'],
    ['no amount', entry('5').replace(/<Amt.*<\/Amt>/, ''), 'Ntry/Amt', 'missing', ''],
    ['an empty amount', entry(''), 'Ntry/Amt', 'missing', ''],
    ['no currency', entry('5').replace(' Ccy="EUR"', ''), 'Ntry/Amt@Ccy', 'missing', ''],
    ['no such currency', entry('5', 'CRDT', '', 'EUX'), 'Ntry/Amt@Ccy', 'bad_currency', 'EUX'],
    ['another mark', entry('5', 'CREDIT'), 'Ntry/CdtDbtInd', 'bad_value', 'CREDIT'],
    ['no mark', entry('5').replace('<CdtDbtInd>CRDT</CdtDbtInd>', ''), 'Ntry/CdtDbtInd', 'missing', ''],
    ['another status', entry('5').replace('BOOK', 'BOKO'), 'Ntry/Sts', 'bad_value', 'BOKO'],
    ['no status', entry('5').replace('<Sts>BOOK</Sts>', ''), 'Ntry/Sts', 'missing', ''],
    ['another reversal', entry('5', 'CRDT', '<RvslInd>yes</RvslInd>'), 'Ntry/RvslInd', 'bad_value', 'yes'],
    ['30 February', entry('5').replace('2026-11-20', '2026-02-30'), 'Ntry/BookgDt', 'bad_date', '2026-02-30'],
    [
      'a date turned round',
      entry('5', 'CRDT', '<ValDt><Dt>20.11.2026</Dt></ValDt>'),
      'Ntry/ValDt',
      'bad_date',
      '20.11.2026',
    ],
    ['a garbled detail', entry('5', 'CRDT', details(detail('5x'))), 'Ntry/NtryDtls/TxDtls/Amt', 'bad_amount', '5x'],
  ];
  for (const [what, xml, column, code, value] of faults) {
    test(`${what} rejects the row at its tag`, async () => {
      const { lines, rejected } = await readXml(document(statement(`\n${xml}`)));
      assert.equal(lines.length, 0);
      const at = document(statement('\n')).indexOf('\n') + 1;
      assert.deepEqual(rejected, [{ row: 2, at, column, code, value }]);
    });
  }

  test('dates fall back on each other, then on the statement', async () => {
    const dates = async (inside: string): Promise<string[]> => {
      const line = await first(document(statement(entry('5').replace(/<BookgDt>.*<\/BookgDt>/, inside))));
      return [String(line.businessOn), String(line.valueOn)];
    };
    assert.deepEqual(await dates('<BookgDt><Dt>2026-01-02</Dt></BookgDt>'), ['2026-01-02', '2026-01-02']);
    assert.deepEqual(await dates('<ValDt><Dt>2026-01-03</Dt></ValDt>'), ['2026-01-03', '2026-01-03']);
    assert.deepEqual(
      await dates('<BookgDt><Dt>2026-01-02Z</Dt></BookgDt><ValDt><DtTm>2026-01-03T00:00:00</DtTm></ValDt>'),
      ['2026-01-02', '2026-01-03'],
    );
    assert.deepEqual(await dates(''), ['2026-11-20', '2026-11-20']);
  });

  test('a time is an instant by its own offset, or by the zone of the run; the day stays the written one', async () => {
    const booked = async (text: string): Promise<Line> =>
      first(document(statement(entry('5').replace('<Dt>2026-11-20</Dt>', `<DtTm>${text}</DtTm>`))));
    const utc = await booked('2026-11-20T23:30:00.250-05:00');
    assert.equal(utc.occurredAt, 1795235400250000n);
    assert.equal(String(utc.businessOn), '2026-11-20');
    assert.equal((await booked('2026-11-20T08:00:00.000000000')).occurredAt, 1795132800000000n);
    assert.equal((await first(document(statement(entry('5'))))).occurredAt, undefined);
  });
});

describe('details', () => {
  test('share the entry when they add up to it, and then each is a line', async () => {
    const { lines } = await readXml(document(statement(entry('5', 'DBIT', details(detail('2'), detail('3'))))));
    assert.deepEqual(
      lines.map((line) => line.amount),
      [-200n, -300n],
    );
  });

  test('may turn the other way', async () => {
    const { lines } = await readXml(
      document(statement(entry('5', 'CRDT', details(detail('7', 'CRDT'), detail('2', 'DBIT'))))),
    );
    assert.deepEqual(
      lines.map((line) => [line.amount, line.kind]),
      [
        [700n, 'payment'],
        [-200n, 'payout'],
      ],
    );
  });

  test('by the amount of the transaction where the own amount is in another currency', async () => {
    const foreign = (own: string, amount: string): string =>
      `<TxDtls><Amt Ccy="USD">${own}</Amt><AmtDtls><TxAmt><Amt Ccy="EUR">${amount}</Amt></TxAmt></AmtDtls></TxDtls>`;
    const xml = document(statement(entry('5', 'CRDT', details(foreign('2.5', '2'), foreign('3.12345', '3')))));
    assert.deepEqual(
      (await readXml(xml)).lines.map((line) => line.amount),
      [200n, 300n],
    );
  });

  test('without amounts leave the entry one line, with the count of the batch in its text', async () => {
    const btch = '<Btch><PmtInfId>P-1</PmtInfId><NbOfTxs>20</NbOfTxs></Btch>';
    const { lines } = await readXml(document(statement(entry('5', 'CRDT', details(btch, '<TxDtls/>')))));
    assert.deepEqual(
      lines.map((line) => [line.amount, line.batchRef, line.text]),
      [[500n, 'P-1', 'NbOfTxs 20']],
    );
  });

  test('with charges need not add up', async () => {
    const charged = detail('6', '', '<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">1</TtlChrgsAndTaxAmt></Chrgs>');
    const { lines, facts } = await readXml(document(statement(entry('5', 'CRDT', details(charged)))));
    assert.deepEqual(
      lines.map((line) => line.amount),
      [500n],
    );
    assert.deepEqual(facts.checks, []);
  });

  test('name the other side, whichever version writes it', async () => {
    const party = async (mark: string, more: string): Promise<string | undefined> =>
      (await first(document(statement(entry('5', mark, more))))).party;
    const both = (dbtr: string, cdtr: string): string =>
      details(`<TxDtls><RltdPties><Dbtr>${dbtr}</Dbtr><Cdtr>${cdtr}</Cdtr></RltdPties></TxDtls>`);
    assert.equal(await party('CRDT', both('<Nm>Payer</Nm>', '<Nm>Us</Nm>')), 'Payer');
    assert.equal(await party('DBIT', both('<Pty><Nm>Us</Nm></Pty>', '<Pty><Nm>Payee</Nm></Pty>')), 'Payee');
    assert.equal(await party('DBIT', `<RvslInd>true</RvslInd>${both('<Nm>Payer</Nm>', '<Nm>Us</Nm>')}`), 'Payer');
  });

  const wrong: ReadonlyArray<readonly [what: string, xml: string]> = [
    ['do not add up to the entry', details(detail('2'), detail('2'))],
    ['turn against the entry', details(detail('5', 'DBIT'))],
    ['are fewer than the batch says', details('<Btch><NbOfTxs>3</NbOfTxs></Btch>', detail('2'), detail('3'))],
    ['do not add up to the batch', details('<Btch><TtlAmt Ccy="EUR">6</TtlAmt></Btch>', detail('2'), detail('3'))],
    [
      'are in another currency than the batch',
      details('<Btch><TtlAmt Ccy="USD">5</TtlAmt></Btch>', detail('2'), detail('3')),
    ],
    ['are in two currencies', details(detail('2'), detail('3').replace('EUR', 'USD'))],
  ];
  for (const [what, more] of wrong) {
    test(`that ${what} refuse the document`, async () => {
      assert.equal(await fate(utf8(document(statement(entry('5', 'CRDT', more))))), 'file.check_failed');
    });
  }
});

describe('references', () => {
  const refs = async (inside: string): Promise<Line> =>
    first(document(statement(entry('5', 'CRDT', details(`<TxDtls><Refs>${inside}</Refs></TxDtls>`)))));

  test('NOTPROVIDED is none', async () => {
    assert.equal((await refs('<EndToEndId>NOTPROVIDED</EndToEndId>')).orderRef, undefined);
    assert.equal((await refs('<EndToEndId> A-1 </EndToEndId>')).orderRef, 'A-1');
  });

  test('the channel’s is TxId, else UETR, else InstrId', async () => {
    const all = '<InstrId>I</InstrId><TxId>T</TxId><UETR>U</UETR>';
    assert.equal((await refs(all)).channelRef, 'T');
    assert.equal((await refs(all.replace('<TxId>T</TxId>', ''))).channelRef, 'U');
    assert.equal((await refs('<InstrId>I</InstrId>')).channelRef, 'I');
  });
});

// ---------------------------------------------------------------- what a statement says about itself

const GOOD = document(
  statement(`${balance('OPBD', '10')}${balance('CLBD', '12.50')}${entry('4.5')}${entry('2', 'DBIT')}`),
);

describe('balances', () => {
  const cases: ReadonlyArray<readonly [what: string, xml: string, fate: string]> = [
    ['that agree', GOOD, 'taken'],
    ['with a closing that differs', GOOD.replace('12.50', '12.60'), 'file.check_failed'],
    [
      'with an overdraft',
      document(statement(`${balance('OPBD', '1', 'EUR', 'DBIT')}${balance('CLBD', '1')}${entry('2')}`)),
      'taken',
    ],
    [
      'where only booked entries count',
      GOOD.replace('</Stmt>', `${entry('9').replace('BOOK', 'PDNG')}</Stmt>`),
      'taken',
    ],
    ['where a pending entry is booked', GOOD.replace('</Stmt>', `${entry('9')}</Stmt>`), 'file.check_failed'],
    ['that open by the previous closing', GOOD.replace('OPBD', 'PRCD'), 'taken'],
    [
      'that open by the previous closing, wrongly',
      GOOD.replace('OPBD', 'PRCD').replace('>10<', '>11<'),
      'file.check_failed',
    ],
    ['with two openings that differ', GOOD.replace('<Bal>', `${balance('PRCD', '11')}<Bal>`), 'file.check_failed'],
    ['of an intraday report, which are no check', report(`${balance('ITBD', '99')}${entry('4.5')}`), 'taken'],
    ['with a closing in another currency', GOOD.replace('Ccy="EUR">12.50', 'Ccy="USD">12.50'), 'file.check_failed'],
    ['with an entry in another currency', GOOD.replace('Ccy="EUR">4.5', 'Ccy="USD">4.5'), 'file.check_failed'],
    ['with a closing that is no number', GOOD.replace('12.50', '12,50'), 'file.bad_rows'],
    ['with an entry that is no number', GOOD.replace('>4.5<', '>4,5<'), 'file.bad_rows'],
    ['without a closing', GOOD.replace(balance('CLBD', '12.50'), ''), 'file.cut'],
    [
      'on one page of several',
      GOOD.replace('<Acct>', '<StmtPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></StmtPgntn><Acct>').replace(
        '12.50',
        '99',
      ),
      'taken',
    ],
    [
      'of an account in one currency with an entry in another',
      document(statement(entry('5', 'CRDT', '', 'USD')).replace('</Acct>', '<Ccy>EUR</Ccy></Acct>')),
      'file.check_failed',
    ],
  ];
  for (const [what, xml, expected] of cases) {
    test(`${what}: ${expected}`, async () => {
      const actual = await fate(utf8(xml));
      assert.equal(typeof actual === 'string' ? actual : 'taken', expected);
    });
  }

  test('each currency has its own', async () => {
    const xml = document(
      statement(
        balance('OPBD', '10') +
          balance('CLBD', '12') +
          balance('OPBD', '100', 'JPY') +
          balance('CLBD', '99', 'JPY') +
          entry('2') +
          entry('1', 'DBIT', '', 'JPY'),
      ),
    );
    const { facts } = await readXml(xml);
    assert.deepEqual(
      facts.balances!.map((b) => [b.currency, b.opening, b.closing]),
      [
        ['EUR', 1000n, 1200n],
        ['JPY', 100n, 99n],
      ],
    );
    assert.equal(await fate(utf8(xml.replace('>99<', '>98<'))), 'file.check_failed');
  });
});

describe('the summary', () => {
  const summary = (count: number, sum: string, credit = '4.5', net = '2.5'): string =>
    `<TxsSummry><TtlNtries><NbOfNtries>${count}</NbOfNtries><Sum>${sum}</Sum><TtlNetNtryAmt>${net}</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries><TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>${credit}</Sum></TtlCdtNtries></TxsSummry>`;
  const two = entry('4.50') + entry('2', 'DBIT');
  const cases: ReadonlyArray<readonly [what: string, xml: string, fate: string]> = [
    ['agrees', document(statement(summary(2, '6.50') + two)), 'taken'],
    [
      'counts booked entries only',
      document(statement(summary(2, '6.50') + two + entry('3').replace('BOOK', 'PDNG'))),
      'taken',
    ],
    ['counts another number', document(statement(summary(3, '6.50') + two)), 'file.check_failed'],
    ['has another sum', document(statement(summary(2, '6.51') + two)), 'file.check_failed'],
    ['has another net', document(statement(summary(2, '6.50', '4.5', '2.4') + two)), 'file.check_failed'],
    ['has another sum of credits', document(statement(summary(2, '6.50', '4.6') + two)), 'file.check_failed'],
    [
      'adds two currencies',
      document(statement(summary(2, '6.50') + entry('4.50') + entry('2', 'DBIT', '', 'USD'))),
      'file.check_failed',
    ],
    ['counts another number in a report', report(summary(3, '6.50') + two), 'file.check_failed'],
    ['stands alone in a report', report(summary(2, '6.50')), 'taken'],
    ['stands alone in a statement', document(statement(summary(2, '6.50'))), 'file.check_failed'],
  ];
  for (const [what, xml, expected] of cases) {
    test(`${what}: ${expected}`, async () => {
      const actual = await fate(utf8(xml));
      assert.equal(typeof actual === 'string' ? actual : 'taken', expected);
    });
  }
});

describe('several statements', () => {
  const one = statement(`${balance('OPBD', '10')}${balance('CLBD', '12')}${entry('2')}`);

  test('a copy is counted once, and said', async () => {
    const { lines, facts } = await readXml(document(one, one));
    assert.equal(lines.length, 1);
    assert.match(facts.notes![0]!.en, /S1 is in this file twice/);
    assert.match(facts.notes![0]!.zh, /只计一次/);
  });

  test('the same name with other entries is counted, and said', async () => {
    const other = statement(`${balance('OPBD', '12')}${balance('CLBD', '15')}${entry('3')}`);
    const { lines, facts } = await readXml(document(one, other));
    assert.deepEqual(
      lines.map((line) => line.amount),
      [200n, 300n],
    );
    assert.match(facts.notes![0]!.en, /two statements in this file are called S1/);
  });

  test('an opening that is not the previous closing is a gap, and said', async () => {
    const later = statement(`${balance('OPBD', '20')}${balance('CLBD', '21')}${entry('1')}`, 'S2');
    const { lines, facts } = await readXml(document(one, later));
    assert.equal(lines.length, 2);
    assert.match(facts.notes![0]!.en, /S1 closes with 12.00 EUR, S2 opens with 20.00/);
  });
});

// ---------------------------------------------------------------- places

const MULTIBYTE = `<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- 银行 🏦 < & -->\r\n${document(
  statement(
    `\r\n${[1, 2, 3].map((n) => `  ${entry(`${n}`, 'CRDT', `\r\n<AddtlNtryInf>收款 é ${'🍵'.repeat(n)} &amp; <![CDATA[<茶>]]></AddtlNtryInf>`)}\r\n`).join('')}`,
  ),
)}\r\n`;

describe('the place of a line', () => {
  const excerptOf = (bytes: Uint8Array, line: Line, encoding: string): string =>
    new TextDecoder(encoding).decode(bytes.subarray(line.at, line.at + line.length));

  for (const [label, encoding, bom] of [
    ['UTF-8', 'utf-8', ''],
    ['UTF-8 with a byte order mark', 'utf-8', '\ufeff'],
    ['UTF-16LE', 'utf-16le', '\ufeff'],
    ['UTF-16BE', 'utf-16be', '\ufeff'],
    ['GB18030', 'gb18030', ''],
  ] as const) {
    test(`is exact in ${label}, and its row is the editor's`, async () => {
      const declared = MULTIBYTE.replace('UTF-8', encoding.startsWith('utf') ? encoding : 'GB18030');
      const bytes = iconv.encode(bom + declared, encoding);
      const { lines } = await readInput(await inputOf(bytes, space, CHINA));
      assert.equal(lines.length, 3);
      for (const [i, line] of lines.entries()) {
        const text = excerptOf(bytes, line, encoding);
        assert.ok(text.startsWith('<Ntry>') && text.endsWith('</Ntry>'), text);
        assert.ok(text.includes('🍵'.repeat(i + 1)) && !text.includes('🍵'.repeat(i + 2)));
        assert.equal(line.text, `收款 é ${'🍵'.repeat(i + 1)} & <茶>`);
        assert.equal(line.row, 4 + 2 * i);
      }
    });
  }

  test('is exact in a declared single-byte encoding', async () => {
    const xml = `<?xml version="1.0" encoding="ISO-8859-1"?>${document(statement(entry('5', 'CRDT', '<AddtlNtryInf>Café Müller</AddtlNtryInf>')))}`;
    const bytes = iconv.encode(xml, 'latin1');
    const { lines } = await readInput(await inputOf(bytes, space, CHINA));
    assert.equal(lines[0]!.text, 'Café Müller');
    assert.match(excerptOf(bytes, lines[0]!, 'latin1'), /^<Ntry>.*<\/Ntry>$/);
  });

  test('does not depend on where the chunks are cut', async () => {
    const input = await inputOf(utf8(MULTIBYTE), space, CHINA);
    const whole = await readInput(input);
    for (const size of [1, 2, 3, 7, 64, 501]) {
      const bytes = utf8(MULTIBYTE);
      async function* chunks(): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
      }
      assert.deepEqual(await readInput({ ...input, chunks }), whole, `chunks of ${size}`);
    }
  });

  test('of a detail is the detail’s', async () => {
    const xml = document(statement(entry('5', 'CRDT', details(`\n${detail('2')}\n`, detail('3', 'CRDT')))));
    const { lines } = await readXml(xml);
    assert.deepEqual(
      lines.map((line) => [line.row, excerptOf(utf8(xml), line, 'utf-8')]),
      [
        [2, detail('2')],
        [3, detail('3', 'CRDT')],
      ],
    );
  });
});

// ---------------------------------------------------------------- hostile and damaged documents

describe('F31 refused at once', () => {
  const head = '<?xml version="1.0"?>';
  const deep = (depth: number): string => GOOD.replace('<Acct>', `${'<a>'.repeat(depth)}${'</a>'.repeat(depth)}<Acct>`);
  const cases: ReadonlyArray<readonly [what: string, xml: string]> = [
    ['a DOCTYPE', `${head}<!DOCTYPE Document>${GOOD}`],
    ['an external entity', `${head}<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>${GOOD.replace('S1', '&x;')}`],
    [
      'a billion laughs',
      `${head}<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>${GOOD.replace('S1', '&b;')}`,
    ],
    ['an entity nobody defined', GOOD.replace('S1', '&x;')],
    ['a depth of 10,000', deep(10_000)],
    ['two roots', `${GOOD}${GOOD}`],
    ['a tag that closes another', GOOD.replace('</Ntry>', '</Ntrx>')],
    ['a NUL', GOOD.replace('S1', 'S\u00001')],
    ['padding behind the end', `${GOOD}\u0000\u0000`],
    ['an element without end', GOOD.replace('S1', 'S'.repeat(3_000_000))],
    ['too many elements', GOOD.replace('<Acct>', `${'<a/>'.repeat(30_000)}<Acct>`)],
  ];
  for (const [what, xml] of cases) {
    test(what, async () => assert.equal(await fate(utf8(xml)), 'file.corrupt'));
  }

  test('reasonable nesting is none of these', async () => {
    assert.equal(typeof (await fate(utf8(deep(40)))), 'object');
  });

  test('bytes that are not what the document declares', async () => {
    const bytes = Buffer.concat([utf8(GOOD.slice(0, 200)), Buffer.of(0xe9, 0x20), utf8(GOOD.slice(200))]);
    assert.equal(await fate(bytes), 'file.encoding');
  });

  test('a message without a statement', async () => {
    assert.equal(await fate(utf8(document())), 'file.layout');
  });
});

/** A statement that carries every kind of figure, and is a few kilobytes long. */
type Booking = Readonly<{ cents: number; credit: boolean; shares: readonly number[] }>;

function balanced(bookings: readonly Booking[], openingCents: number): string {
  const amount = (cents: number): string => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
  const total = (list: readonly Booking[]): number => list.reduce((sum, b) => sum + b.cents, 0);
  const credits = bookings.filter((b) => b.credit);
  const debits = bookings.filter((b) => !b.credit);
  const closing = openingCents + total(credits) - total(debits);
  const entries = bookings.map(({ cents, credit, shares }, i) => {
    const mark = credit ? 'CRDT' : 'DBIT';
    if (shares.length < 2) return entry(amount(cents), mark, `<AcctSvcrRef>R${i}号</AcctSvcrRef>`);
    const batch = `<Btch><NbOfTxs>${shares.length}</NbOfTxs><TtlAmt Ccy="EUR">${amount(cents)}</TtlAmt><CdtDbtInd>${mark}</CdtDbtInd></Btch>`;
    return entry(amount(cents), mark, details(batch, ...shares.map((share) => detail(amount(share), mark))));
  });
  const sums = (name: string, list: readonly Booking[]): string =>
    `<${name}><NbOfNtries>${list.length}</NbOfNtries><Sum>${amount(total(list))}</Sum></${name}>`;
  return document(
    statement(
      [
        balance('OPBD', amount(openingCents)),
        balance('CLBD', amount(Math.abs(closing)), 'EUR', closing < 0 ? 'DBIT' : 'CRDT'),
        `<TxsSummry>${sums('TtlNtries', bookings)}${sums('TtlCdtNtries', credits)}${sums('TtlDbtNtries', debits)}</TxsSummry>`,
        ...entries,
      ].join('\n'),
    ),
  );
}

const bookingOf = fc
  .record({
    shares: fc.array(fc.integer({ min: 1, max: 9_999_999 }), { minLength: 1, maxLength: 4 }),
    credit: fc.boolean(),
  })
  .map(({ shares, credit }): Booking => ({ cents: shares.reduce((a, b) => a + b, 0), credit, shares }));

const documentOf = fc
  .record({
    bookings: fc.array(bookingOf, { minLength: 1, maxLength: 8 }),
    opening: fc.integer({ min: 1, max: 9_999_999 }),
  })
  .map(({ bookings, opening }) => balanced(bookings, opening));

/** Every place where one figure, mark or element can be changed so that the document says something else. */
const CHANGES: ReadonlyArray<readonly [what: string, places: RegExp, change: (match: string, pick: number) => string]> =
  [
    [
      'a digit of an amount',
      /(?<=<(?:Amt|TtlAmt) Ccy="EUR">[\d.]*)\d/g,
      (d, pick) => String((Number(d) + 1 + (pick % 9)) % 10),
    ],
    [
      'a digit of a sum or a count',
      /(?<=<(?:Sum|NbOfNtries|NbOfTxs)>[\d.]*)\d/g,
      (d, pick) => String((Number(d) + 1 + (pick % 9)) % 10),
    ],
    ['credit and debit', /CRDT|DBIT/g, (mark) => (mark === 'CRDT' ? 'DBIT' : 'CRDT')],
    ['a currency', /Ccy="EUR"/g, () => 'Ccy="USD"'],
    ['booked into pending', /BOOK/g, () => 'PDNG'],
    ['an entry away', /<Ntry>.*?<\/Ntry>/g, () => ''],
    ['an entry twice', /<Ntry>.*?<\/Ntry>/g, (xml) => xml + xml],
    ['a detail away', /<TxDtls>.*?<\/TxDtls>/g, () => ''],
    ['a detail twice', /<TxDtls>.*?<\/TxDtls>/g, (xml) => xml + xml],
    ['a tag’s name', /(?<=<\/)\w+/g, (name) => `${name}x`],
  ];

const REFUSED = ['file.check_failed', 'file.bad_rows', 'file.corrupt'];

describe('F32 no change of a balanced statement goes unseen', () => {
  test('the statements are good before they are changed', async () => {
    await fc.assert(
      fc.asyncProperty(documentOf, async (xml) => {
        const taken = await fate(utf8(xml));
        assert.ok(typeof taken === 'object' && taken.rejected.length === 0, String(taken));
      }),
      { numRuns: 30, seed: 940 },
    );
  });

  for (const [what, places, change] of CHANGES) {
    test(`changing ${what}`, async () => {
      let changed = 0;
      await fc.assert(
        fc.asyncProperty(documentOf, fc.nat(), fc.nat(), async (xml, where, pick) => {
          const found = [...xml.matchAll(places)];
          if (found.length === 0) return;
          const match = found[where % found.length]!;
          const other = xml.slice(0, match.index) + change(match[0], pick) + xml.slice(match.index + match[0].length);
          changed += 1;
          const code = await fate(utf8(other));
          assert.ok(
            typeof code === 'string' && REFUSED.includes(code),
            `${match[0]} at ${match.index}: ${JSON.stringify(code)}`,
          );
        }),
        { numRuns: 40, seed: 53 },
      );
      assert.ok(changed > 15, 'the change was never made');
    });
  }
});

describe('F27 a document that is cut', () => {
  test('at every 1 %, and at every byte near its end, is refused whole', async () => {
    const bytes = utf8(
      balanced(
        Array.from({ length: 20 }, (_, i) => ({
          cents: 100 + i,
          credit: i % 3 > 0,
          shares: i % 4 === 0 ? [60, 40 + i] : [],
        })),
        5_000,
      ),
    );
    assert.equal(typeof (await fate(bytes)), 'object');
    const cuts = Array.from({ length: 100 }, (_, i) => Math.floor((bytes.length * i) / 100));
    for (let i = 1; i <= 60; i++) cuts.push(bytes.length - i);
    for (const cut of cuts) {
      const code = await fate(bytes.subarray(0, cut));
      // Where no tag of the message is left nobody can tell what it was; a cut inside a character shows in the encoding.
      assert.match(
        String(code),
        /^file\.(cut|corrupt|check_failed|bad_rows|empty|unknown_format|encoding)$/,
        `cut at ${cut}`,
      );
      if (cut > 400) assert.match(String(code), /^file\.(cut|encoding)$/, `cut at ${cut}`);
    }
  });
});
