/** `npm start` as a user starts it: the book, the demo, a lost notification found, and a clean end that the next start goes on from. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LAUNCHER } from './support/cli.ts';
import { temporary } from './support/database.ts';

const ROOT = join(import.meta.dirname, '..');
const data = temporary();
const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill('SIGKILL');
});

type Running = Readonly<{
  child: ChildProcess;
  output(): string;
  until(what: RegExp, withinMs: number): Promise<RegExpExecArray>;
}>;

function start(command: string, args: readonly string[]): Running {
  const child = spawn(command, args, { cwd: ROOT, env: { ...process.env, DAOZHANG_LANG: 'en', NO_COLOR: '1' } });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return {
    child,
    output: () => output,
    async until(what, withinMs) {
      const end = performance.now() + withinMs;
      for (;;) {
        const found = what.exec(output);
        if (found !== null) return found;
        if (performance.now() > end || child.exitCode !== null) assert.fail(`${what} never came:\n${output}`);
        await new Promise((done) => setTimeout(done, 50));
      }
    },
  };
}

const daozhang = async (...args: readonly string[]): Promise<Readonly<{ code: number | null; output: string }>> => {
  const running = start(process.execPath, [LAUNCHER, ...args]);
  await once(running.child, 'close');
  return { code: running.child.exitCode, output: running.output() };
};

test('npm start: from nothing to a lost notification that was found, and back', { timeout: 240_000 }, async () => {
  const first = start('npm', ['start', '--', '--data', data, '--port', '0']);
  const [, url] = await first.until(/serves at (http:\S+)/, 60_000);
  const [, link] = await first.until(/enters once by: (\S+)/, 5_000);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);

  const entered = await fetch(link!, { redirect: 'manual' });
  assert.equal(entered.status, 303);
  assert.match(entered.headers.get('set-cookie') ?? '', /^__Host-daozhang=.*HttpOnly.*Secure.*SameSite=Strict/);
  assert.equal((await fetch(link!, { redirect: 'manual' })).status, 410);

  const [, ref] = await first.until(/✓ (\S+)\s+found and recorded \d+ s after the customer paid/, 90_000);
  const where = await daozhang('where', ref!, '--data', data);
  assert.equal(where.code, 0, where.output);
  assert.match(where.output, /on its way · hand over/);
  assert.match(where.output, /recorded/);
  const doctor = await daozhang('doctor', '--data', data);
  assert.match(doctor.output, /✓ clock\.database/);

  const second = await daozhang('serve', '--data', data, '--port', '0');
  assert.equal(second.code, 2);
  assert.match(second.output, /in use by another daozhang/);

  first.child.kill('SIGINT');
  await once(first.child, 'close');
  assert.equal(first.child.exitCode, 0, first.output());

  const again = start(process.execPath, [LAUNCHER, 'serve', '--data', data, '--port', '0']);
  const [, here] = await again.until(/serves at (http:\S+)/, 30_000);
  assert.doesNotMatch(again.output(), /First start/);
  const still = await daozhang('where', ref!, '--data', data);
  assert.equal(still.code, 0, still.output);
  // The street again, begun from the app this time.
  const { test: key } = JSON.parse(readFileSync(join(data, 'cli.json'), 'utf8'));
  const asked = { headers: { authorization: `Bearer ${key}` } };
  assert.deepEqual(await (await fetch(`${here}/v1/demo`, asked)).json(), { state: 'off' });
  assert.equal((await fetch(`${here}/v1/demo`, { ...asked, method: 'POST' })).status, 202);
  await again.until(/Demo: a street of five shops/, 30_000);
  again.child.kill('SIGTERM');
  await once(again.child, 'close');
});
