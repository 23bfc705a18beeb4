/** Processes of ours that a test starts and kills. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { temporary } from './database.ts';

export type Child = Readonly<{ process: ChildProcess; said(): string; kill(): Promise<void> }>;

const running = new Set<ChildProcess>();
// Whatever becomes of the test, they do not outlive it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

let archive: string | undefined;
/** The folder of documents that they share. */
export const childArchive = (): string => {
  archive ??= temporary();
  return archive;
};

/** `role`: a port to serve at, or `work`; `small`: with 256 MB of heap. Ready when this returns. */
export async function startChild(
  appUrl: string,
  role: number | 'work',
  masterKey: Uint8Array,
  ...more: ReadonlyArray<'dies' | 'small'>
): Promise<Child> {
  const script = join(import.meta.dirname, 'serving.ts');
  const flags = more.includes('small') ? ['--max-old-space-size=256'] : [];
  const dies = more.filter((m) => m === 'dies');
  const key = Buffer.from(masterKey).toString('base64');
  const args = [...flags, script, appUrl, String(role), key, childArchive(), ...dies];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const ended = once(child, 'exit').then(() => running.delete(child));
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => {
      throw new Error(`it ended before it was ready: ${said}`);
    }),
  ]);
  return {
    process: child,
    said: () => said,
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, '127.0.0.1', done));
  const { port } = probe.address() as { port: number };
  await new Promise((done) => probe.close(done));
  return port;
}
