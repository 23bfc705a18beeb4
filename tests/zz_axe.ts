import { AxeBuilder } from '@axe-core/playwright';
import { openBrowser } from './support/browser.ts';
const b = await openBrowser();
const p = await (await b.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
await p.goto(`file:///tmp/rep/zh.html`);
for (const s of await p.locator('summary').all()) await s.click();
for (const row of [0, 1, 10]) await p.locator('.row-button').nth(row).click();
console.log(await p.evaluate('document.querySelectorAll("*").length'));
const t = async (name: string, f: () => AxeBuilder) => { const a = process.hrtime.bigint(); const r = await f().analyze(); console.log(name, Number((process.hrtime.bigint() - a) / 1000000n), r.violations.length, r.passes.length); };
await t('legacy+result', () => new AxeBuilder({ page: p }).setLegacyMode(true).options({ resultTypes: ['violations'] }));
await t('result', () => new AxeBuilder({ page: p }).options({ resultTypes: ['violations'] }));
await t('legacy+noxpath', () => new AxeBuilder({ page: p }).setLegacyMode(true).options({ resultTypes: ['violations'], selectors: false, ancestry: false, xpath: false, elementRef: false } as any));
await t('legacy nocontrast', () => new AxeBuilder({ page: p }).setLegacyMode(true).options({ resultTypes: ['violations'] }).disableRules(['color-contrast']));
for (const w of [640, 700, 768, 860]) { await p.goto('file:///tmp/rep/en.html'); await p.setViewportSize({width: w, height: 900}); 
  console.log(w, await p.evaluate(`[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > ${w} + 0.5 && !e.closest('nav') && !e.closest('.classes') && !e.closest('.scroll')).map(e => e.tagName + '.' + (e.getAttribute('class')||'') + '#' + e.id + ' ' + Math.round(e.getBoundingClientRect().right)).slice(0, 12)`), await p.evaluate('document.documentElement.scrollWidth')); }
await b.close();
