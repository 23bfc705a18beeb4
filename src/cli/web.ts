/**
 * Where the built web app is. The published package carries it in `dist/app`. A clone builds it at the first start, in a process of its own
 * beside the server, which answers from the first moment; afterwards it is found in `.cache`. Without the development packages there is
 * none, and the server says so.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { WebApp } from '../api/app.ts';
import { clock } from '../base/clock.ts';
import type { Text } from '../base/lang.ts';
import { ROOT } from '../base/root.ts';

/** An answer this quick was no build: nothing is told. */
const BUILT_MS = 1_500;

export type Web = WebApp & Readonly<{ stop(): void }>;

export function openWebApp(say: (text: Text) => void): Web {
  const script = join(ROOT, 'ui', 'build.ts');
  const packed = join(ROOT, 'dist', 'app');
  if (!existsSync(script))
    return { folder: () => (existsSync(packed) ? packed : undefined), isComing: () => false, stop() {} };

  let folder: string | undefined;
  let isComing = true;
  const began = clock.ticks();
  const telling = setTimeout(
    () => say({ en: 'First start: the web app is being built …', zh: '首次启动:正在构建网页 …' }),
    BUILT_MS,
  );
  const child = execFile(process.execPath, [script], { cwd: ROOT, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
    clearTimeout(telling);
    isComing = false;
    if (error === null) folder = stdout.trim().split('\n').at(-1);
    else if (!child.killed) {
      const why = stderr.trim().split('\n').slice(-3).join(' ');
      say({
        en: `The web app could not be built; the API serves without it. ${why}`,
        zh: `网页未能构建,接口照常服务。${why}`,
      });
      return;
    }
    const seconds = Math.ceil((clock.ticks() - began) / 1_000);
    if (clock.ticks() - began > BUILT_MS && folder !== undefined)
      say({ en: `The web app is built (${seconds} s).`, zh: `网页已构建(${seconds} 秒)。` });
  });
  return {
    folder: () => folder,
    isComing: () => isComing,
    stop() {
      clearTimeout(telling);
      child.kill();
    },
  };
}
