/** MT940 and MT942: how each field is read, the places of lines to the byte, and what a change of a document leads to. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { DaozhangError } from '../../base/errors.ts';
import { CHINA } from '../../base/time.ts';
import { type Engine, openEngine } from '../engine.ts';
import type { Facts, Rejected } from '../format.ts';
import { type Ingested, ingest } from '../ingest.ts';
import type { Line } from '../line.ts';
import { inputOf, type Workspace, workspace } from '../open.ts';
import { detect } from '../registry.ts';
import { mt940 } from './mt940.ts';

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

/** The code a document is refused with, or what was taken of it. */
async function fate(text: string): Promise<string | Ingested> {
  try {
    const input = await inputOf(Buffer.from(text), space, CHINA);
    return await ingest(engine, input, detect(input), { doc: 1, scratch: space.next });
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

async function read(source: string | Uint8Array): Promise<Read> {
  const bytes = typeof source === 'string' ? Buffer.from(source) : source;
  const lines: Line[] = [];
  const rejected: Rejected[] = [];
  const input = await inputOf(bytes, space, CHINA);
  const facts = await mt940.read(input, { line: (line) => lines.push(line), reject: (r) => rejected.push(r) });
  return { lines, rejected, facts };
}

/** A statement around fields, its closing balance left open. */
const around = (fields: string, closing = 'C261130EUR1,'): string =>
  `:20:REF\n:25:NL91ABNA0417164300\n:28C:1/1\n:60F:C261120EUR0,\n${fields}\n:62F:${closing}\n-\n`;

const first = async (fields: string): Promise<Line> => (await read(around(fields))).lines[0]!;

// ---------------------------------------------------------------- :61:

describe(':61:', () => {
  const marks = [
    ['C', 'payment', 150n, 'done'],
    ['D', 'payout', -150n, 'done'],
    ['RC', 'reversal', -150n, 'done'],
    ['RD', 'reversal', 150n, 'done'],
    ['EC', 'payment', 150n, 'pending'],
    ['ED', 'payout', -150n, 'pending'],
    ['CR', 'payment', 150n, 'done'],
    ['DR', 'payout', -150n, 'done'],
    ['RCR', 'reversal', -150n, 'done'],
  ] as const;
  for (const [mark, kind, amount, status] of marks) {
    test(`${mark} is a ${status} ${kind} of ${amount}`, async () => {
      const line = await first(`:61:2611201120${mark}1,5NTRFNONREF`);
      assert.deepEqual([line.kind, line.amount, line.status], [kind, amount, status]);
    });
  }

  const amounts = [
    ['5,', 500n],
    ['5', 500n],
    ['0,5', 50n],
    ['000000000005,25', 525n],
    ['1234567,89', 123456789n],
  ] as const;
  for (const [text, minor] of amounts) {
    test(`the amount ${text} is ${minor} cents`, async () => {
      assert.equal((await first(`:61:261120C${text}NTRFNONREF`)).amount, minor);
    });
  }

  const dates = [
    ['2611201121', '2026-11-20', '2026-11-21'],
    ['261120', '2026-11-20', '2026-11-20'],
    ['261120    ', '2026-11-20', '2026-11-20'],
    ['2612310102', '2026-12-31', '2027-01-02'],
    ['2701021231', '2027-01-02', '2026-12-31'],
    ['9912310103', '1999-12-31', '2000-01-03'],
    ['2802290228', '2028-02-29', '2028-02-28'],
    ['2702300301', '2027-02-28', '2027-03-01'],
    ['2802300228', '2028-02-29', '2028-02-28'],
  ] as const;
  for (const [text, valueOn, businessOn] of dates) {
    test(`${text} is valued ${valueOn} and entered ${businessOn}`, async () => {
      const line = await first(`:61:${text}C5,NTRFNONREF`);
      assert.deepEqual([String(line.valueOn), String(line.businessOn)], [valueOn, businessOn]);
    });
  }

  test('30 February is noted', async () => {
    const { facts } = await read(around(':61:2702300228C1,NTRFNONREF'));
    assert.match(facts.notes![0]!.en, /30 February.*: 1$/);
  });

  const references = [
    ['NTRFNONREF', 'NTRF', undefined, undefined],
    ['NTRFORDER-1//BANK-1', 'NTRF', 'ORDER-1', 'BANK-1'],
    ['FMSC01916//NONREF', 'FMSC', '01916', undefined],
    ['S05168790452', 'S051', '68790452', undefined],
    ['S   X', 'S', 'X', undefined],
    ['NMSC341241773/1XXXXX//O/341241774', 'NMSC', '341241773/1XXXXX', 'O/341241774'],
    ['NTRFKREF+//536D80EFEC56ACF8', 'NTRF', undefined, '536D80EFEC56ACF8'],
    ['', undefined, undefined, undefined],
  ] as const;
  for (const [text, method, customer, bank] of references) {
    test(`“${text}” is type ${method}, customer’s ${customer}, bank’s ${bank}`, async () => {
      const line = await first(`:61:261120C5,${text}`);
      assert.deepEqual([line.method, line.paymentRef, line.bankRef], [method, customer, bank]);
    });
  }

  test('supplementary details are text', async () => {
    assert.equal((await first(':61:261120C5,NTRFNONREF//B\n/OCMT/USD5,50/\n:86:rent')).text, 'rent /OCMT/USD5,50/');
  });

  test('a line broken before the amount, and a tag broken behind its colon', async () => {
    const line = await first(':61:2611201120CR\n30,00N062NONREF\n:\n86:166?00GUTSCHR?20SVWZ+Test');
    assert.deepEqual([line.amount, line.method, line.text], [3000n, 'N062', 'Test GUTSCHR']);
  });

  const faults: ReadonlyArray<readonly [what: string, field: string, code: string]> = [
    ['a letter in the amount', '2611201120C1O,00NTRF', 'bad_value'],
    ['no mark', '26112011201,00NTRF', 'bad_value'],
    ['no such month', '261320C1,00NTRF', 'bad_date'],
    ['31 February', '260231C1,00NTRF', 'bad_date'],
    ['no such entry date', '2611201131C1,00NTRF', 'bad_date'],
    ['a tenth of a cent', '261120C1,005NTRF', 'amount_not_exact'],
  ];
  for (const [what, field, code] of faults) {
    test(`${what} rejects the row at its tag`, async () => {
      const { lines, rejected } = await read(around(`:61:${field}`));
      assert.deepEqual(lines, []);
      assert.deepEqual(rejected, [{ row: 5, at: around('').indexOf('\n\n') + 1, column: ':61:', code, value: field }]);
    });
  }
});

// ---------------------------------------------------------------- :86:

describe(':86:', () => {
  const details = async (text: string): Promise<object> => {
    const { orderRef, channelRef, party, text: words } = await first(`:61:261120C5,NTRFNONREF\n${text}`);
    return { orderRef, channelRef, party, text: words };
  };
  const cases: ReadonlyArray<readonly [what: string, field: string, read: object]> = [
    [
      'German subfields, cut anywhere',
      ':86:166?00GUTSCHRIFT?100399?20EREF+EndToEndId TFNR 22 004?21 00001?22\nSVWZ+Verw CTSc-01 BC-PPP TF?23Nr 22 004?30DRESDEFF508?31DE1450880\n0500194785000?32KARL?33        KAUFMANN',
      {
        orderRef: 'EndToEndId TFNR 22 004 00001',
        channelRef: undefined,
        party: 'KARL         KAUFMANN',
        text: 'Verw CTSc-01 BC-PPP TFNr 22 004 GUTSCHRIFT',
      },
    ],
    [
      'another separator',
      ':86:000>100987654321\n>20ALGEMENE TUSSENREKENING KOS>21TEN VAN 01-10-2010>310390123456',
      {
        orderRef: undefined,
        channelRef: undefined,
        party: undefined,
        text: 'ALGEMENE TUSSENREKENING KOSTEN VAN 01-10-2010',
      },
    ],
    [
      'code words without subfields',
      ':86:EREF+ORDER-9 KREF+FILE-1 SVWZ+thank you ABWA+Third Party',
      { orderRef: 'ORDER-9', channelRef: 'FILE-1', party: 'Third Party', text: 'thank you' },
    ],
    [
      'slashes',
      ':86:/EREF/ORDER-7/BENM//NAME/JOHN DOE/REMI/Reference 2013/ISDT/2013-01-02',
      { orderRef: 'ORDER-7', channelRef: undefined, party: 'JOHN DOE', text: 'Reference 2013' },
    ],
    [
      'a counterparty in one word',
      ':86:/TRTP/iDEAL/CNTP/NL32INGB0000012345/INGBNL2A/ING Testrekening/AMSTERDAM///REMI/USTD//Bestelling 5/',
      { orderRef: undefined, channelRef: undefined, party: 'ING Testrekening', text: 'Bestelling 5' },
    ],
    [
      'free text, a full line going on in the next',
      `:86:${'x'.repeat(64)}y\nz and\nmore`,
      { orderRef: undefined, channelRef: undefined, party: undefined, text: `${'x'.repeat(64)}yz and more` },
    ],
    [
      'more than one',
      ':86:Betaalautomaat 14:23\n:86:pasnr. 065',
      { orderRef: undefined, channelRef: undefined, party: undefined, text: 'Betaalautomaat 14:23 pasnr. 065' },
    ],
    [
      'a time wrapped so that it looks like a tag',
      ':86:106?20EREF+X?21CRED+Y?24PL 12-09-2014T16\n:26:37 or T16\n:20:38',
      { orderRef: 'X', channelRef: undefined, party: undefined, text: undefined },
    ],
    [
      'a non-SWIFT block',
      ':NS:01Verwendungszweck 1\n02Verwendungszweck 2\n15Empfänger\n17Buchungstext\n1812345',
      {
        orderRef: undefined,
        channelRef: undefined,
        party: 'Empfänger',
        text: 'Verwendungszweck 1 Verwendungszweck 2 Buchungstext',
      },
    ],
  ];
  for (const [what, field, expected] of cases) {
    test(what, async () => assert.deepEqual(await details(field), expected));
  }
});

// ---------------------------------------------------------------- documents

describe('a document', () => {
  test('is recognised by its first tag, bare or wrapped, and nothing else is', async () => {
    const recognised = async (text: string): Promise<boolean> =>
      mt940.detect(await inputOf(Buffer.from(text), space, CHINA));
    for (const text of [
      ':20:A\n',
      '\u0001\n:20:A\n',
      '\r\n:25:A\r\n',
      '{1:F01X}{2:O940X}{4:\n:20:A\n-}',
      'ABNANL2A\n940\nABNANL2A\n:20:A\n',
      ':940:\n:20:A\n',
      ':NS:\n',
    ]) {
      assert.ok(await recognised(text), JSON.stringify(text));
    }
    for (const text of [
      'a,b\n:20:A\n',
      '<a>\n:20:A',
      ':20 A\n',
      'x\n'.repeat(20),
      `${'x'.repeat(200)}\n:20:A`,
      ':26:37\n',
    ]) {
      assert.ok(!(await recognised(text)), JSON.stringify(text));
    }
  });

  test('the place of a line runs from its :61: to the end of its details, in any encoding and with any line end', async () => {
    const text = `:20:R\n:25:A\n:28C:1\n:60F:C261120EUR0,\n:61:261120C1,NTRFNONREF\nmehr\n:86:Büro\nfür Tee\n\n:61:261120C2,NTRF\n:62F:C261120EUR3,\n`;
    for (const encoding of ['utf-8', 'windows-1252', 'utf-16le']) {
      for (const end of ['\n', '\r\n']) {
        const bytes = iconv.encode((encoding === 'utf-16le' ? '\ufeff' : '') + text.replaceAll('\n', end), encoding);
        const { lines } = await read(bytes);
        const excerpts = lines.map((line) =>
          iconv.decode(Buffer.from(bytes.subarray(line.at, line.at + line.length)), encoding),
        );
        assert.deepEqual(excerpts, [
          [':61:261120C1,NTRFNONREF', 'mehr', ':86:Büro', 'für Tee'].join(end),
          ':61:261120C2,NTRF',
        ]);
        assert.deepEqual(
          lines.map((line) => line.row),
          [5, 10],
        );
        assert.equal(lines[0]!.text, 'Büro für Tee mehr');
      }
    }
  });

  test('a copy of a statement is counted once, a gap is said', async () => {
    const one = around(':61:261120C1,NTRFNONREF');
    const copied = await read(one + one);
    assert.equal(copied.lines.length, 1);
    assert.match(copied.facts.notes![0]!.en, /twice, word for word/);
    const later = one.replace(':28C:1/1', ':28C:3/1').replace('EUR0,', 'EUR7,').replace('EUR1,', 'EUR8,');
    const gap = await read(one + later);
    assert.equal(gap.lines.length, 2);
    assert.match(gap.facts.notes![0]!.en, /closes with 1.00 EUR.*opens with 7.00.*from 1 to 3/);
  });

  test('an entry behind the end of a message belongs to no statement', async () => {
    const { lines, rejected } = await read(`${around(':61:261120C1,NTRFNONREF')}:61:261120C9,NTRFNONREF\n`);
    assert.equal(lines.length, 1);
    assert.deepEqual(
      rejected.map((r) => [r.column, r.code]),
      [[':60F:', 'missing']],
    );
  });

  test('a closing balance without a currency has that of the opening', async () => {
    const { facts } = await read(around(':61:261120C1,NTRFNONREF', 'C2611301,'));
    assert.deepEqual(
      facts.checks.map((check) => [check.expected, check.ok]),
      [['1.00', true]],
    );
  });

  test('a hyphen in the middle of a statement is text', async () => {
    assert.equal(typeof (await fate(around(':61:261120C1,NTRFNONREF\n:86:list\n-\nmilk'))), 'object');
  });
});

describe('MT942', () => {
  const interim = (sums: string): string =>
    `:20:R\n:25:A\n:28C:1/1\n:34F:PLN0,\n:13D:2611201815+0100\n:61:261120C2,NTRFNONREF\n:61:261120EC3,NTRFNONREF\n:61:261120D4,NTRFNONREF\n${sums}\n-\n`;
  const cases: ReadonlyArray<readonly [what: string, sums: string, fate: string]> = [
    ['sums that agree', ':90D:1PLN4,\n:90C:1PLN2,', 'taken'],
    ['sums with what is expected', ':90D:1PLN4,\n:90C:2PLN5,', 'taken'],
    ['another number', ':90C:2PLN2,', 'file.check_failed'],
    ['another sum', ':90D:1PLN5,', 'file.check_failed'],
    ['another currency', ':90D:1EUR4,', 'file.check_failed'],
    ['a sum that is no number', ':90D:1PLN4.00', 'file.bad_rows'],
    ['no sums', '', 'taken'],
  ];
  for (const [what, sums, expected] of cases) {
    test(`${what}: ${expected}`, async () => {
      const actual = await fate(interim(sums));
      assert.equal(typeof actual === 'string' ? actual : 'taken', expected);
    });
  }
});

// ---------------------------------------------------------------- changes

type Booking = Readonly<{ cents: number; credit: boolean }>;
type Shape = Readonly<{ enveloped: boolean; statements: readonly (readonly Booking[])[] }>;

const amount = (cents: number): string => `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, '0')}`;
const signed = (cents: number): string => (cents < 0 ? 'D' : 'C');

function documentOf({ enveloped, statements }: Shape): string {
  let balance = 1_000_001;
  const messages = statements.map((bookings, n) => {
    const opening = balance;
    const entries = bookings.map(({ cents, credit }, i) => {
      balance += credit ? cents : -cents;
      return `:61:2611201120${credit ? 'C' : 'D'}R${amount(cents)}NTRFREF-${n}-${i}//B${i}\n:86:166?00GUTSCHRIFT?20EREF+E${n}-${i}?32ZAHLER ${i}`;
    });
    const fields = [
      `:20:STARTUMS${n}`,
      ':25:10020030/1234567',
      `:28C:${n + 1}/1`,
      `:60F:${signed(opening)}261120EUR${amount(Math.abs(opening))}`,
      ...entries,
      `:62F:${signed(balance)}261120EUR${amount(Math.abs(balance))}`,
    ].join('\n');
    return enveloped
      ? `{1:F01ASNBNL21XXXX0000000000}{2:O940ASNBNL21XXXXN}{3:}{4:\n${fields}\n-}{5:}\n`
      : `${fields}\n-\n`;
  });
  return messages.join('');
}

const shapeOf = (enveloped: boolean, from: number, to: number): fc.Arbitrary<Shape> =>
  fc
    .array(
      fc.array(fc.record({ cents: fc.integer({ min: 1, max: 99_999_999 }), credit: fc.boolean() }), {
        minLength: 1,
        maxLength: 6,
      }),
      { minLength: from, maxLength: to },
    )
    .map((statements) => ({ enveloped, statements }));

const anyShape = fc.oneof(shapeOf(true, 1, 3), shapeOf(false, 1, 3));
/** Where a missing entry shows that it is missing: an envelope, or a source whose other statements agree. */
const vouched = fc.oneof(shapeOf(true, 1, 3), shapeOf(false, 3, 4));
const bare = shapeOf(false, 1, 1);

const ENTRY = /:61:.*\n:86:.*\n/g;

const CHANGES: ReadonlyArray<
  readonly [what: string, shapes: fc.Arbitrary<Shape>, places: RegExp, change: (match: string, pick: number) => string]
> = [
  [
    'a digit of an amount',
    anyShape,
    /(?<=:61:\d{10}[CD]R[\d,]*)\d/g,
    (d, pick) => String((Number(d) + 1 + (pick % 9)) % 10),
  ],
  [
    'a digit of a balance',
    anyShape,
    /(?<=:6[02]F:[CD]\d{6}EUR[\d,]*)\d/g,
    (d, pick) => String((Number(d) + 1 + (pick % 9)) % 10),
  ],
  ['a digit away', anyShape, /(?<=:61:\d{10}[CD]R\d*)\d(?=\d*,)/g, () => ''],
  ['credit and debit of an entry', anyShape, /(?<=:61:\d{10})[CD]/g, (mark) => (mark === 'C' ? 'D' : 'C')],
  ['credit and debit of a balance', anyShape, /(?<=:6[02]F:)[CD]/g, (mark) => (mark === 'C' ? 'D' : 'C')],
  ['an entry into its reversal', anyShape, /(?<=:61:\d{10})[CD]/g, (mark) => `R${mark}`],
  ['an entry into an expected one', anyShape, /(?<=:61:\d{10})[CD]/g, (mark) => `E${mark}`],
  ['a currency', anyShape, /EUR(?=\d+,)/g, () => 'USD'],
  ['a currency into none', anyShape, /EUR(?=\d+,)/g, () => 'EUX'],
  ['an entry twice', anyShape, ENTRY, (text) => text + text],
  ['the closing balance away', anyShape, /:62F:.*\n/g, () => ''],
  ['an entry away, where something vouches for the rest', vouched, ENTRY, () => ''],
];

async function changed(
  shapes: fc.Arbitrary<Shape>,
  places: RegExp,
  change: (match: string, pick: number) => string,
  judge: (result: string | Ingested) => boolean,
): Promise<void> {
  let made = 0;
  await fc.assert(
    fc.asyncProperty(shapes, fc.nat(), fc.nat(), async (shape, where, pick) => {
      const text = documentOf(shape);
      const found = [...text.matchAll(places)];
      if (found.length === 0) return;
      const match = found[where % found.length]!;
      const other = text.slice(0, match.index) + change(match[0], pick) + text.slice(match.index + match[0].length);
      made += 1;
      const result = await fate(other);
      assert.ok(judge(result), `${match[0]} at ${match.index} of\n${other}`);
    }),
    { numRuns: 40, seed: 940 },
  );
  assert.ok(made > 15, 'the change was never made');
}

const REFUSED = ['file.check_failed', 'file.bad_rows', 'file.corrupt', 'file.cut'];

describe('F32 no change of a balanced statement goes unseen', () => {
  test('the statements are good before they are changed', async () => {
    await fc.assert(
      fc.asyncProperty(anyShape, async (shape) => {
        const taken = await fate(documentOf(shape));
        assert.ok(typeof taken === 'object' && taken.rejected.length === 0, String(taken));
        assert.equal(taken.lines, shape.statements.flat().length);
        assert.equal(taken.facts.checks.length, shape.statements.length);
      }),
      { numRuns: 30, seed: 1 },
    );
  });

  for (const [what, shapes, places, change] of CHANGES) {
    test(`changing ${what} refuses the document`, () =>
      changed(shapes, places, change, (result) => typeof result === 'string' && REFUSED.includes(result)));
  }

  // A single bare statement without one of its entries looks like the excerpts people pass on: held, not refused.
  test('an entry away from a bare statement refuses it, or rejects its closing balance', () =>
    changed(
      bare,
      ENTRY,
      () => '',
      (result) =>
        typeof result === 'string'
          ? REFUSED.includes(result)
          : result.rejected.some((r) => r.column === ':62F:') &&
            result.facts.notes!.some((n) => /are missing/.test(n.en)),
    ));
});

describe('F27 a document that is cut', () => {
  const bookings = (count: number): Booking[] =>
    Array.from({ length: count }, (_, i) => ({ cents: 12_345 + i, credit: i % 3 > 0 }));

  for (const enveloped of [true, false]) {
    test(`${enveloped ? 'in envelopes' : 'bare'}: refused at every 1 %, unless whole statements are left`, async () => {
      const text = documentOf({ enveloped, statements: [bookings(3), bookings(2)] });
      const half = documentOf({ enveloped, statements: [bookings(3)] }).length;
      const cuts = new Set(Array.from({ length: 99 }, (_, i) => Math.ceil((text.length * (i + 1)) / 100)));
      for (let i = -15; i < 15; i++) cuts.add(half + i).add(text.length - 16 + i);
      for (const cut of cuts) {
        const rest = text.slice(0, cut);
        const result = await fate(rest);
        if (typeof result === 'string') {
          assert.match(result, /^file\.(cut|check_failed|bad_rows|unknown_format)$/, `cut at ${cut}`);
          continue;
        }
        // What is left says all it ever said of its money: no statement, the first one, or both.
        const proven = result.facts.checks.length;
        assert.equal(result.lines, [0, 3, 5][proven], `cut at ${cut}`);
        assert.deepEqual(result.rejected, [], `cut at ${cut}`);
        assert.equal((rest.match(/:60F:/g) ?? []).length, proven, `cut at ${cut}`);
        if (enveloped) assert.equal((rest.match(/\n-}/g) ?? []).length, proven, `cut at ${cut}`);
      }
    });
  }
});
