/** Pictures of the example day's report for the README: `node scripts/screenshots.ts`. Needs the test browser and a Chinese font. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runReconcile } from '../src/cli/reconcile.ts';
import { openBrowser } from '../tests/support/browser.ts';

const ROOT = join(import.meta.dirname, '..');
const out = mkdtempSync(join(tmpdir(), 'daozhang-pictures-'));
mkdirSync(join(ROOT, 'docs', 'images'), { recursive: true });
const browser = await openBrowser();
try {
  for (const [lang, colorScheme] of [
    ['zh', 'light'],
    ['en', 'dark'],
  ] as const) {
    await runReconcile([join(ROOT, 'examples', 'day')], { out: join(out, lang) }, lang);
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme });
    await page.goto(pathToFileURL(join(out, lang, 'report.html')).href);
    await page.screenshot({ path: join(ROOT, 'docs', 'images', `report-${lang}.png`) });
    await page.close();
  }
} finally {
  await browser.close();
  rmSync(out, { recursive: true, force: true });
}
