import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cuts, survivors } from '../../../tests/support/damage.ts';
import { read } from '../../../tests/support/reading.ts';
import { refusal } from '../../../tests/support/refusal.ts';
import { CHINA } from '../../base/time.ts';
import type { Rejected } from '../format.ts';
import type { Line } from '../line.ts';
import { describe, workspace } from '../open.ts';
import { ofx } from './ofx.ts';

const golden = (name: string): string => join(import.meta.dirname, '../../../tests/golden/ofx', name);

const statement = (transactions: string, rest = ''): Uint8Array =>
  Buffer.from(
    `OFXHEADER:100\nENCODING:USASCII\nCHARSET:1252\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>1</BANKACCTFROM>` +
      `<BANKTRANLIST>${transactions}</BANKTRANLIST>${rest}</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n`,
  );
const transaction = (tags: string): string =>
  `<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261119<TRNAMT>1<FITID>1${tags}</STMTTRN>`;
const withTag = (name: string, value: string): string =>
  transaction('').replace(new RegExp(`<${name}>[^<]*`), () => `<${name}>${value}`);

test('F27 a file cut at any hundredth is refused, whole', async () => {
  for (const name of ['sgml-1252.ofx', 'xml-accounts.ofx']) {
    const bytes = readFileSync(golden(name));
    const { survived } = await survivors(cuts(bytes.subarray(0, bytes.lastIndexOf('>') + 1)));
    assert.deepEqual(survived, []);
  }
});

test('chunks may end anywhere: every size gives the same lines at the same places', async () => {
  const space = await workspace();
  try {
    for (const name of ['sgml-1252.ofx', 'xml-accounts.ofx']) {
      const input = await describe(golden(name), name, CHINA);
      const bytes = readFileSync(golden(name));
      const readBy = async (size: number): Promise<string> => {
        const found: (Line | Rejected)[] = [];
        async function* chunks(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        }
        const sink = { line: (l: Line) => void found.push(l), reject: (r: Rejected) => void found.push(r) };
        const facts = await ofx.read({ ...input, chunks }, sink);
        return JSON.stringify([found, facts], (_, v) => (typeof v === 'bigint' ? String(v) : v));
      };
      const whole = await readBy(bytes.length);
      for (const size of [1, 2, 3, 7, 64, 1000]) assert.equal(await readBy(size), whole, `${name} by ${size}`);
    }
  } finally {
    await space.remove();
  }
});

test('F38 amounts: point or comma for decimals, grouping only where there is no second reading', async () => {
  for (const [written, minor] of [
    ['12.34', 1234n],
    ['12,34', 1234n],
    ['+00000012.3400', 1234n],
    ['-.50', -50n],
    ['1,234.56', 123456n],
    ['1.234,56', 123456n],
    ['0,125', undefined],
    ['1,234', undefined],
    ['1.234', undefined],
    ['$12', undefined],
    ['1e3', undefined],
    ['(12)', undefined],
    ['１２', undefined],
    ['92233720368547758.08', undefined],
    ['', undefined],
  ] as const) {
    const { lines, rejected } = await read(statement(withTag('TRNAMT', written)));
    assert.deepEqual(
      [lines[0]?.amount, rejected[0]?.column],
      minor === undefined ? [undefined, 'TRNAMT'] : [minor, undefined],
      written,
    );
  }
});

test('F41 the date is the one written; an instant only where a time is', async () => {
  for (const [written, on, at] of [
    ['20261119', '2026-11-19', null],
    ['20261119000000', '2026-11-19', null],
    ['20261119120000.000', '2026-11-19', null],
    ['20261119233000.000[-5:EST]', '2026-11-19', '2026-11-20T04:30:00Z'],
    ['20261119010000[+5.50:IST]', '2026-11-19', '2026-11-18T19:30:00Z'],
    ['20261119010000[-3.50]', '2026-11-19', '2026-11-19T04:30:00Z'],
    ['202611190930', '2026-11-19', '2026-11-19T09:30:00Z'],
    ['20261119093000[-:EST]', '2026-11-19', null],
  ] as const) {
    const { lines } = await read(statement(withTag('DTPOSTED', written)));
    const micros = at === null ? null : Temporal.Instant.from(at).epochNanoseconds / 1000n;
    assert.deepEqual([lines[0]?.business_on, lines[0]?.occurred_at], [on, micros], written);
  }
  for (const written of ['20260231', '2026-11-19', '20261119250000', '']) {
    assert.equal((await read(statement(withTag('DTPOSTED', written)))).rejected[0]?.column, 'DTPOSTED', written);
  }
});

test('a currency that is neither the statement’s nor the transaction’s own rejects the row', async () => {
  const bare = Buffer.from(new TextDecoder().decode(statement(transaction(''))).replace('<CURDEF>EUR', '<CURDEF>'));
  assert.deepEqual(
    (await read(bare)).rejected.map((r) => [r.column, r.code]),
    [['CURDEF', 'missing']],
  );
  const leaf = Buffer.from(new TextDecoder().decode(statement(transaction('<CURRENCY>CHF'))));
  assert.equal((await read(leaf)).lines[0]!.currency, 'CHF');
});

test('a transaction that is not closed means lost bytes: refused', async () => {
  const { code } = await refusal(statement(`<STMTTRN><TRNTYPE>CREDIT<TRNAMT>1<FITID>1${transaction('')}`));
  assert.equal(code, 'file.corrupt');
  assert.equal((await refusal(statement(`${transaction('')}</STMTTRN>`))).code, 'file.corrupt');
});

test('a correction of an earlier transaction is not taken as a movement', async () => {
  const { lines, rejected } = await read(statement(transaction('<CORRECTFITID>0<CORRECTACTION>DELETE')));
  assert.deepEqual([lines.length, rejected[0]?.column], [0, 'CORRECTFITID']);
});

test('F31 a DOCTYPE is refused, an entity of its own is not expanded', async () => {
  const xml = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "1000">]><?OFX OFXHEADER="200"?><OFX></OFX>`;
  assert.equal((await refusal(Buffer.from(xml))).code, 'file.layout');
  assert.equal((await read(statement(transaction('<NAME>A&x;&amp;&#66;')))).lines[0]!.party, 'A&x;&B');
});

test('F33 what claims 1252 and is UTF-8 is read as UTF-8; broken UTF-8 in a UTF-8 file is refused', async () => {
  assert.equal((await read(statement(transaction('<NAME>拉卡拉')))).lines[0]!.party, '拉卡拉');
  const declared = Buffer.from(
    new TextDecoder().decode(statement(transaction('<NAME>Caf~'))).replace('USASCII', 'UTF-8'),
  );
  declared[declared.indexOf('~')] = 0xe9;
  assert.equal((await refusal(declared)).code, 'file.encoding');
});

test('a card’s number is not kept whole, an account’s is', async () => {
  const card = Buffer.from(
    new TextDecoder()
      .decode(statement(transaction('')))
      .replaceAll('BANKACCTFROM', 'CCACCTFROM')
      .replace('<ACCTID>1', '<ACCTID>4111111111111111'),
  );
  assert.equal((await read(card)).lines[0]!.account, '411111******1111');
});
