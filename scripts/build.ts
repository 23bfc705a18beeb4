/** `npm pack` builds the JavaScript package: Node does not strip types below node_modules. Types out, assets beside, the web app built. */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtApp } from '../ui/build.ts';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
execFileSync(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
});
for (const asset of globSync('src/**/*.{css,js}', { cwd: root })) {
  const target = join(root, join('dist', asset));
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(root, asset), target);
}
cpSync(await builtApp(), join(root, 'dist', 'app'), { recursive: true });
