/** The pages of `how.ts` as HTML, each with a drawing of ours: what such a page of an app has on it, not what it looks like. They print. */
import type { Lang, Text } from '../../base/lang.ts';
import { headOf, pageOf } from './frame.ts';
import { type App, HOW, type How } from './how.ts';
import { type Html, html } from './html.ts';

const WORDS = {
  title: { zh: '怎样查看付款详情', en: 'How to find your payment’s details' },
  lead: {
    zh: '您的手机显示已付款,商户还没看到?先在付款 App 里找到这笔付款,再把单号给商户。',
    en: 'Your phone says paid, and the shop does not see it? Find the payment in your app, then give the shop its number.',
  },
  pick: { zh: '您用什么付的?', en: 'How did you pay?' },
  steps: { zh: '在哪里找', en: 'Where it is' },
  look: { zh: '看这四处', en: 'Look at these four' },
  show: { zh: '给商户看什么', en: 'What to show the shop' },
  proves: { zh: '“成功”说明什么', en: 'What “successful” proves' },
  notProves: { zh: '“成功”不说明什么', en: 'What it does not prove' },
  back: { zh: '钱退回来是什么样', en: 'How money that comes back looks' },
  never: {
    zh: '谁都不需要您的密码、短信验证码或完整卡号。要这些的人不是商户。',
    en: 'Nobody needs your password, a code from a message, or your full card number. Whoever asks for them is not the shop.',
  },
  drawn: {
    zh: '示意图,不是 App 的真实画面。版本不同,名称可能略有不同。',
    en: 'A sketch, not the app’s own screen. Names differ a little between versions.',
  },
  drawing: { zh: '付款详情页的示意图', en: 'A sketch of a payment’s details' },
  others: { zh: '其他付款方式', en: 'Other ways to pay' },
} as const satisfies Record<string, Text>;

export function howIndex(frame: string, lang: Lang): string {
  const t = (text: Text): string => text[lang];
  return pageOf(
    frame,
    lang,
    t(WORDS.title),
    html`${headOf(lang)}<main class="how"><h1>${t(WORDS.title)}</h1><p class="lead">${t(WORDS.lead)}</p>
      <h2>${t(WORDS.pick)}</h2>${listOf(lang)}<p class="never">${t(WORDS.never)}</p></main>`,
  );
}

export function howPage(frame: string, app: App, lang: Lang): string {
  const t = (text: Text): string => text[lang];
  const how = HOW[app];
  const title = `${t(how.name)} · ${t(WORDS.title)}`;
  return pageOf(
    frame,
    lang,
    title,
    html`${headOf(lang)}<main class="how">
  <h1><small>${t(WORDS.title)}</small>${t(how.name)}</h1>
  <div class="sheet">
    <figure>${drawingOf(how, lang)}<figcaption>${t(WORDS.drawn)}</figcaption></figure>
    <div>
      <h2>${t(WORDS.steps)}</h2><ol class="steps">${how.steps.map((step) => html`<li>${t(step)}</li>`)}</ol>
      <h2>${t(WORDS.look)}</h2><ol class="marks">${how.marks.map((mark) => html`<li>${t(mark)}</li>`)}</ol>
    </div>
  </div>
  <section class="show"><h2>${t(WORDS.show)}</h2><p>${t(how.show)}</p></section>
  <h2>${t(WORDS.proves)}</h2><p>${t(how.proves)}</p>
  <h2>${t(WORDS.notProves)}</h2><p>${t(how.notProves)}</p>
  <h2>${t(WORDS.back)}</h2><ul class="back">${how.back.map((back) => html`<li>${t(back)}</li>`)}</ul>
  <p class="never">${t(WORDS.never)}</p>
  <nav aria-labelledby="others"><h2 id="others">${t(WORDS.others)}</h2>${listOf(lang, app)}</nav>
</main>`,
  );
}

const listOf = (lang: Lang, but?: App): Html =>
  html`<ul class="apps">${(Object.keys(HOW) as App[])
    .filter((app) => app !== but)
    .map((app) => html`<li><a href="/how/${app}?lang=${lang}">${HOW[app].name[lang]}</a></li>`)}</ul>`;

const [WIDTH, TOP, STEP, CODE] = [320, 128, 46, 62] as const;

/** A phone with an amount and lines of label and value; the places to look at have their number in a circle. */
function drawingOf({ rows, name }: How, lang: Lang): Html {
  let y = TOP;
  const drawn = rows.map((row) => {
    const at = y;
    y += STEP + (row.code === undefined ? 0 : CODE);
    return html`<g transform="translate(0 ${at})"><text class="label" x="24" y="18">${row.label[lang]}</text>
      <text class="value" x="24" y="36">${row.value[lang]}</text>
      ${row.code !== undefined && barcode()}
      ${
        row.mark !== undefined &&
        html`<g transform="translate(286 22)"><circle class="spot" r="13"/><text class="spot-no" text-anchor="middle" y="5.5">${row.mark}</text></g>`
      }</g>`;
  });
  const height = y + 20;
  return html`<svg class="drawing" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${WORDS.drawing[lang]} · ${name[lang]}">
    <rect class="phone" x="1.5" y="1.5" width="${WIDTH - 3}" height="${height - 3}" rx="26"/>
    <path class="bar" d="M130 18h60"/>
    <circle class="shop" cx="160" cy="54" r="15"/><path class="shop-sign" d="M152 57h16v-8h-16zm-2-8 3-5h14l3 5"/>
    <text class="sum" text-anchor="middle" x="160" y="103">−128.00</text>
    <path class="rule" d="M24 ${TOP - 6}h272"/>
    ${drawn}
  </svg>`;
}

/** Bars of no meaning: a sketch must not scan. */
const BARS = [
  2, 1, 3, 1, 1, 2, 1, 3, 2, 1, 1, 1, 3, 2, 2, 1, 1, 3, 1, 2, 3, 1, 2, 1, 1, 2, 3, 1, 1, 2, 1, 2, 3, 1, 2, 2,
];
function barcode(): Html {
  let x = 24;
  const parts: string[] = [];
  for (const [i, width] of [...BARS, ...BARS].entries()) {
    if (i % 2 === 0) parts.push(`M${x} 46h${width * 2}v44h-${width * 2}z`);
    x += width * 2;
  }
  return html`<path class="code" d="${parts.join('')}"/>`;
}
