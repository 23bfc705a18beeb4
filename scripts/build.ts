/** `npm pack` builds the JavaScript package: Node does not strip types below node_modules. Types out, assets beside. */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

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
