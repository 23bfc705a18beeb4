/** The program at its edges: exit codes, refusals with a remedy, both languages, and what a program that reads its output gets. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sha256 } from '../src/base/ids.ts';
import { EXAMPLE, LAUNCHER, type Place, place } from './support/cli.ts';

let here: Place;
/** The example's order book, one bill, and all that stands beside them: a run takes a third of the whole day's. */
let few: string;
before(() => {
  here = place();
  few = join(here.folder, 'few');
  cpSync(EXAMPLE, few, { recursive: true, filter: (path) => !/[/\\](alipay|bank|unionpay|wechatpay)$/.test(path) });
  writeFileSync(join(here.folder, 'plain.txt'), 'a file, not a folder');
  mkdirSync(join(here.folder, 'empty'));
});
after(() => here.remove());

const refused: ReadonlyArray<readonly [string, string[], number, RegExp]> = [
  [
    '--out is a file',
    ['reconcile', EXAMPLE, '--out', 'plain.txt'],
    64,
    /plain\.txt .*\n→ .*--out[\s\S]*run\.out_taken/,
  ],
  ['--out lies below a file', ['reconcile', EXAMPLE, '--out', 'plain.txt/out'], 64, /--out[\s\S]*run\.out_taken/],
  ['--carry is a file', ['reconcile', EXAMPLE, '--carry', 'plain.txt'], 64, /→ .*--carry[\s\S]*run\.out_taken/],
  ['a folder of documents without any', ['sniff', 'empty'], 64, /file\.none/],
  ['an unknown option', ['reconcile', EXAMPLE, '--ouch'], 64, /--ouch: there is no such option\n→ .*--help/],
  ['an unknown command', ['reconsile'], 64, /reconsile: there is no such command\n→ .*--help/],
  ['nothing to read', ['reconcile'], 64, /files: is missing\n→ .*--help/],
  ['an option without its value', ['reconcile', EXAMPLE, '--out'], 64, /--out <folder>: needs a value\n→ .*--help/],
  ['a language there is not', ['formats', '--lang', 'fr'], 64, /--lang: “fr” — zh, en\n→ .*--help/],
  ['a zone there is not', ['sniff', EXAMPLE, '--timezone', 'Mars'], 64, /--timezone: “Mars”/],
];
for (const [what, args, exit, says] of refused) {
  test(`${what}: exit ${exit}, with a remedy`, async () => {
    const { code, stdout, stderr } = await here.run(...args);
    assert.equal(code, exit, stderr);
    assert.match(stderr, says);
    assert.equal(stdout, '');
  });
}

test('a carry folder that cannot be made is refused at once', {
  skip: process.platform !== 'linux',
  timeout: 20_000,
}, async () => {
  const { code, stderr } = await here.run('reconcile', EXAMPLE, '--carry', '/proc/daozhang');
  assert.equal(code, 64, stderr);
  assert.match(stderr, /run\.out_taken/);
});

test('open items that cannot be read refuse the run, and a later day that cannot must be run again', async () => {
  const carry = join(here.folder, 'carry');
  mkdirSync(carry);
  writeFileSync(join(carry, 'open-2026-11-01.parquet'), 'PAR1 not really');
  writeFileSync(join(carry, 'open-2026-12-01.parquet'), 'PAR1 not really');
  const { code, stderr } = await here.run('reconcile', few, '--carry', 'carry');
  assert.equal(code, 2, stderr);
  assert.match(stderr, /open-2026-11-01\.parquet.*\n→ [\s\S]*carry\.damaged/);
  assert.deepEqual(readdirSync(carry).sort(), ['open-2026-11-01.parquet', 'open-2026-12-01.parquet']);
  writeFileSync(join(carry, 'open-2026-11-01.parquet'), readFileSync(await emptyDay()));
  const again = await here.run('reconcile', few, '--carry', 'carry', '--json');
  assert.equal(again.code, 1, again.stderr);
  assert.deepEqual(JSON.parse(again.stdout).carry.stale, ['2026-12-01']);
});

/** What an ordinary run leaves. */
async function emptyDay(): Promise<string> {
  assert.equal((await here.run('reconcile', few, '--carry', 'other')).code, 1);
  const [name] = readdirSync(join(here.folder, 'other'));
  return join(here.folder, 'other', name!);
}

describe('a reader that has read enough', { skip: process.platform === 'win32' }, () => {
  for (const command of ['formats', `reconcile ${EXAMPLE} --json`]) {
    test(`${command.split(' ')[0]} | head`, () => {
      const pipe = `"${process.execPath}" "${LAUNCHER}" ${command} | head -c 10; echo "\${PIPESTATUS[0]}"`;
      const { stdout, stderr } = spawnSync('bash', ['-c', pipe], { encoding: 'utf8' });
      assert.equal(stderr, '');
      assert.match(stdout, /[01]\n$/);
    });
  }
});

test('--json: an error is an object on standard output too', async () => {
  for (const command of [
    ['reconcile', '/nope'],
    ['where', 'x', '/nope'],
    ['sniff', '/nope'],
  ]) {
    const { code, stdout, stderr } = await here.run(...command, '--json');
    assert.equal(code, 2);
    assert.match(stderr, /file\.not_found/);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([error.code, error.exit, error.params], ['file.not_found', 2, { path: '/nope' }]);
    assert.match(error.says.en, /^\/nope: /);
    assert.match(error.remedy.zh, /\p{Script=Han}/u);
  }
  const usage = JSON.parse((await here.run('reconcile', EXAMPLE, '--json', '--ouch')).stdout);
  assert.equal(usage.error.code, 'usage.bad_option');
});

describe('one language at a time', () => {
  const english = /[A-Za-z]{3,}/g;
  test('help in Chinese', async () => {
    for (const command of [
      [],
      ['reconcile'],
      ['where'],
      ['sniff'],
      ['formats'],
      ['example'],
      ['serve'],
      ['sim'],
      ['doctor'],
    ]) {
      const { code, stdout } = await here.run(...command, '--help', '--lang', 'zh');
      assert.equal(code, 0);
      assert.match(stdout, /用法:[\s\S]*选项:/);
      assert.doesNotMatch(stdout, /Usage:|Options:|Arguments:|Commands:|display help|default:/);
      for (const line of stdout.split('\n').filter((l) => /^ {2}-/.test(l)))
        assert.match(line, /\p{Script=Han}/u, line);
    }
  });

  test('refusals in Chinese', async () => {
    const { stderr } = await here.run('reconcile', EXAMPLE, '--ouch', '--lang', 'zh');
    assert.match(stderr, /^--ouch:没有这个选项\n→ 请用 --help/);
  });

  test('a reason is told in the reader’s language alone', async () => {
    writeFileSync(join(here.folder, 'bad.yaml'), 'nonsense: 1\n');
    const reason = async (lang: string) =>
      (await here.run('reconcile', EXAMPLE, '--config', 'bad.yaml', '--lang', lang)).stderr.split('\n')[0]!;
    assert.match(await reason('en'), /there is no field “nonsense”; known: [\w, ]+$/);
    assert.match(await reason('zh'), /没有名为“nonsense”的字段/);
    assert.doesNotMatch(await reason('zh'), /there is no/);
  });

  test('sniff', async () => {
    const file = join(EXAMPLE, 'bank', '121908876610901_20261120.csv');
    const zh = (await here.run('sniff', file, '--lang', 'zh')).stdout.split('前几行')[0]!;
    const words = (zh.replace(/^文件.*$|^SHA-256.*$|^格式.*$|^名称.*$/gm, '').match(english) ?? []).filter(
      (w) => !['utf', 'CNY'].includes(w),
    );
    assert.deepEqual(words, []);
    const [json] = JSON.parse((await here.run('sniff', file, '--json')).stdout);
    for (const total of json.totals) assert.deepEqual(Object.keys(total.amount), ['amount', 'currency']);
  });
});

test('sniff --json lists what it refuses beside what it reads', async () => {
  const folder = join(here.folder, 'mixed');
  mkdirSync(folder);
  writeFileSync(join(folder, 'a.bin'), '\u0000\u0001');
  cpSync(join(EXAMPLE, 'orders'), folder, { recursive: true });
  const { code, stdout } = await here.run('sniff', 'mixed', '--json');
  assert.equal(code, 2);
  const all: { format?: string; error?: { code: string } }[] = JSON.parse(stdout);
  assert.deepEqual(all.map((x) => x.format ?? x.error?.code).sort(), ['file.unknown_format', 'order-csv']);
});

describe('the result for a program', () => {
  let result: Record<string, unknown>;
  before(async () => {
    const { code, stdout, stderr } = await here.run('reconcile', EXAMPLE, '--out', 'out', '--lang', 'zh', '--json');
    assert.equal(code, 1, stderr);
    result = JSON.parse(stdout);
    assert.equal(readFileSync(join(here.folder, 'out', 'result.json'), 'utf8'), stdout);
  });

  test('every amount stands beside its currency', () => {
    const bare: string[] = [];
    const look = (value: unknown, path: string): void => {
      if (typeof value === 'string' && /^-?\d+\.\d+$/.test(value)) bare.push(path);
      if (typeof value !== 'object' || value === null) return;
      const money = 'amount' in value && 'currency' in value && typeof value.amount === 'string';
      for (const [name, inner] of Object.entries(value)) {
        // A control figure is shown as its source writes it: it may be a count.
        if (name === 'checks' || (money && name === 'amount')) continue;
        look(inner, `${path}.${name}`);
      }
    };
    look(result, 'result');
    assert.deepEqual(bare, []);
  });

  test('a break says what issue and documentation promise', () => {
    const [first] = result.breaks as Record<string, unknown>[];
    for (const name of 'class joint amount difference ours theirs verdict release cause reason'.split(' ')) {
      assert.ok(name in first!, name);
    }
    assert.ok(!JSON.stringify(result).includes('at_stake'));
    const proof = (result.proof as { residual: unknown }[])[0]!;
    assert.deepEqual(Object.keys(proof.residual as object), ['amount', 'currency']);
  });

  test('a table is in one language', () => {
    for (const name of ['breaks.csv', 'open.csv']) {
      const text = readFileSync(join(here.folder, 'out', name), 'utf8');
      assert.doesNotMatch(text, /\b(lines|gross|refunds|fees)\b/, name);
      if (name === 'breaks.csv') assert.match(text, /\d 行 · 收款 ¥/);
    }
  });
});

test('--sign: who and when beside the result, for that result alone', async () => {
  const out = join(here.folder, 'signed');
  const signOff = (): string => join(out, 'sign-off.json');
  const run = (...args: string[]) => here.run('reconcile', join(EXAMPLE, 'orders'), '--out', 'signed', ...args);
  assert.equal((await run('--sign', ' 王会计 ')).code, 1);
  const signed = JSON.parse(readFileSync(signOff(), 'utf8'));
  assert.equal(signed.who, '王会计');
  assert.match(signed.when, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+08:00$/);
  assert.equal(signed.result.sha256, sha256(readFileSync(join(out, 'result.json'))));
  assert.ok(readFileSync(join(out, 'report.html'), 'utf8').includes(signed.when));
  // The same result again keeps its signature; another result has none.
  assert.equal((await run()).code, 1);
  assert.deepEqual(JSON.parse(readFileSync(signOff(), 'utf8')), signed);
  assert.ok(readFileSync(join(out, 'report.html'), 'utf8').includes(signed.when));
  assert.equal((await run('--as-of', '2026-12-24T00:00:00+08:00')).code, 1);
  assert.equal(existsSync(signOff()), false);
  assert.equal(readFileSync(join(out, 'report.html'), 'utf8').includes(signed.when), false);
  assert.equal((await run('--sign', ' ')).code, 64);
  assert.equal((await here.run('reconcile', EXAMPLE, '--sign', 'W')).code, 64);
});

describe('what is given and found', () => {
  const run = (args: readonly string[], cwd = here.folder) =>
    spawnSync(process.execPath, [LAUNCHER, ...args], { cwd, encoding: 'utf8', env: { ...process.env, LANG: 'en' } });

  test('results and open items among the documents are not read again, what stands beside them is', () => {
    const day = join(here.folder, 'day');
    cpSync(few, day, { recursive: true });
    const once = run(['reconcile', day, '--out', join(day, 'result'), '--carry', join(day, 'open'), '--json']);
    assert.equal(once.status, 1, once.stderr);
    const again = run(['reconcile', day, '--out', join(day, 'result'), '--carry', join(day, 'open'), '--json']);
    assert.equal(again.stdout, once.stdout);
    writeFileSync(join(day, 'result', 'late.csv'), 'no bill at all');
    assert.equal(run(['reconcile', day]).status, 2);
  });

  test('a shell names all of a folder: configuration is used, not read', () => {
    const names = readdirSync(few).map((name) => join(few, name));
    const all = run(['reconcile', ...names, '--json']);
    assert.equal(all.status, 1, all.stderr);
    assert.match(all.stderr, /^not read as documents: .*README\.md, .*daozhang\.yaml, .*expected\.json/);
    assert.equal(all.stdout, run(['reconcile', few, '--json']).stdout);
    // Whoever names one file means it: it is looked at, and refused for what it is.
    const alone = run(['reconcile', join(few, 'README.md'), '--json']);
    assert.equal(alone.status, 2);
    assert.match(alone.stdout, /"file\.unknown_format"/);
  });

  test('from inside the folder, its configuration is found beside the named folders', () => {
    const inside = run(['reconcile', 'lakala', 'orders', '--json'], few);
    assert.equal(inside.status, 1, inside.stderr);
    assert.equal(inside.stdout, run(['reconcile', few, '--json']).stdout);
  });

  test('nothing that can be read: no day is made up, and none is carried', () => {
    const folder = join(here.folder, 'unreadable');
    mkdirSync(folder);
    writeFileSync(join(folder, 'x.csv'), 'no bill at all');
    const told = run([
      'reconcile',
      folder,
      '--carry',
      join(here.folder, 'none'),
      '--out',
      join(here.folder, 'none-out'),
    ]);
    assert.equal(told.status, 2);
    assert.doesNotMatch(told.stdout, /1970/);
    assert.equal(existsSync(join(here.folder, 'none')), false);
    const { asOf, carry } = JSON.parse(readFileSync(join(here.folder, 'none-out', 'result.json'), 'utf8'));
    assert.deepEqual([asOf, carry], [undefined, undefined]);
  });
});
