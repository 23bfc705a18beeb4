/**
 * `npm test`: every test file in a process of its own, one PostgreSQL for all (`support/server.ts`). The longest files begin first, because
 * what begins last is waited for alone; and one process more than there are processors, because many tests wait: for a rest to end, for
 * a page, for a process to start.
 *
 * `npm test -- tests/living*` runs those files; `--test-name-pattern` is for `node --test FILE`.
 */
import { existsSync, globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

const ROOT = join(import.meta.dirname, '..');
const PATTERNS = ['src/**/*.test.ts', 'tests/**/*.test.ts'];

/** Ten seconds and more, those that mostly wait among those that mostly compute. */
const LONGEST = [
  'tests/web.browser.test.ts',
  'tests/office.browser.test.ts',
  'tests/scenarios.test.ts',
  'tests/crash/channel.test.ts',
  'tests/report.browser.test.ts',
  'tests/customer.browser.test.ts',
  'tests/street.test.ts',
  'tests/where.test.ts',
  'tests/cli.test.ts',
  'tests/serve.test.ts',
  'tests/package.test.ts',
  'tests/reconciliations.test.ts',
  'tests/crash/processes.test.ts',
  'src/files/formats/adyen-settlement.test.ts',
  'tests/sha1.test.ts',
  'tests/living-adyen.test.ts',
  'tests/living-unionpay.test.ts',
  'tests/order-book.test.ts',
  'tests/crash/database.test.ts',
  'src/files/formats/alipay-trade.test.ts',
  'tests/claims.test.ts',
  'tests/crash/storm.test.ts',
  'tests/refunds.test.ts',
  'src/reconcile/where.test.ts',
  'tests/living-stripe.test.ts',
  'tests/backup.test.ts',
  'tests/crash/delivery.test.ts',
];

const gone = LONGEST.filter((file) => !existsSync(join(ROOT, file)));
if (gone.length > 0) throw new Error(`no such test: ${gone.join(', ')}`);

const asked = process.argv.slice(2);
const found = globSync(asked.length > 0 ? asked : PATTERNS, { cwd: ROOT }).map((file) => file.replaceAll('\\', '/'));
if (found.length === 0) throw new Error(`no test is called ${asked.join(' ')}`);
const rank = (file: string): number => LONGEST.indexOf(file) + 1 || LONGEST.length + 1;
const files = found.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

const options = {
  cwd: ROOT,
  files: files.map((file) => join(ROOT, file)),
  concurrency: availableParallelism() + 1,
  globalSetupPath: join(import.meta.dirname, 'support', 'server.ts'),
};
const events = run(options);
// The last word is the summary of all files; a run that ends without it has failed.
process.exitCode = 1;
events.on('test:summary', ({ file, success }) => {
  if (file === undefined) process.exitCode = success ? 0 : 1;
});
events.compose(spec).pipe(process.stdout);
