/**
 * The customer's page as HTML, whole before any script runs: the answer in a sentence, the way of the money, four short paragraphs, one thing
 * to do. The script (`ui/src/customer/main.ts`) only asks whether it changed and puts the new page's parts in place of the old ones, so
 * every word is written here.
 */
import type { Lang, Text } from '../../base/lang.ts';
import { momentIn } from '../../verdicts/say.ts';
import { headOf, markOf, pageOf } from './frame.ts';
import { HOW } from './how.ts';
import { type Html, html } from './html.ts';
import type { Status, Story } from './status.ts';

type Stop = Story['line'][number];
type At = Readonly<{ lang: Lang; now: Temporal.Instant; zone: string }>;

const WORDS = {
  title: { zh: '我的付款', en: 'My payment' },
  skip: { zh: '跳到结果', en: 'Skip to the answer' },
  test: { zh: '这是测试,不涉及真钱。', en: 'This is a test. No real money is involved.' },
  where: { zh: '钱在哪里', en: 'Where the money is' },
  when: { zh: '什么时候有结果', en: 'When it comes' },
  you: { zh: '您可以做什么', en: 'What you can do' },
  shop: { zh: '商户接下来做什么', en: 'What the shop does next' },
  line: { zh: '钱走到哪一步', en: 'How far the money has come' },
  order: { zh: '订单号尾号', en: 'Order number ends in' },
  refund: { zh: '退款单号尾号', en: 'Refund number ends in' },
  payment: { zh: '当初的付款', en: 'The payment itself' },
  refunds: { zh: '之前的退款', en: 'An earlier refund' },
  now: { zh: '现在在这里', en: 'it is here now' },
  done: { zh: '已完成', en: 'done' },
  next: { zh: '还没到', en: 'not yet' },
  off: { zh: '没有走到', en: 'it did not get here' },
  checked: { zh: '本页更新于', en: 'Updated at' },
  offline: {
    zh: '现在连不上网。上面是当时的情况,连上后会自动更新。',
    en: 'There is no connection now. This is how it stood then; the page updates when you are back.',
  },
  script: { zh: '要看最新情况,请重新打开本页。', en: 'Open this page again to see how it stands.' },
  how: { zh: '怎样查看付款详情', en: 'How to find your payment’s details' },
  zone: { zh: '时间都是商户当地时间', en: 'All times are the shop’s local time' },
  until: { zh: '本链接有效至', en: 'This link works until' },
  private: {
    zh: '有这个链接的人都能看到本页,请不要转发。',
    en: 'Whoever has this link can see this page. Please do not pass it on.',
  },
  copyNumber: { zh: '复制退款单号', en: 'Copy the refund number' },
  copied: { zh: '已复制,可以发给您的银行。', en: 'Copied. You can give it to your bank.' },
  copyHint: { zh: '问银行或客服时出示。', en: 'For your bank or its customer service.' },
  told: { zh: '您已告诉商户。', en: 'You have told the shop.' },
  toldAt: { zh: '商户已收到您的消息,正在查。', en: 'The shop has your message and is looking into it.' },
  thanks: { zh: '谢谢,商户已知道您收到了。', en: 'Thank you. The shop knows that you have it.' },
  more: { zh: '补充付款详情', en: 'Add the payment’s details' },
  details: {
    zh: '付款详情(可不填)',
    en: 'Payment details (optional)',
  },
  detailsHint: {
    zh: '从付款 App 的账单里复制文字,粘贴到这里。不要填写密码、验证码或完整卡号。',
    en: 'Copy the text from your app’s bill and paste it here. Never a password, a code or a full card number.',
  },
  picture: { zh: '付款详情截图(可不选)', en: 'Screenshot of the details (optional)' },
  send: { zh: '发给商户', en: 'Send to the shop' },
  sending: { zh: '正在发送', en: 'Sending' },
  failed: { zh: '没有发出去,请稍后再试。', en: 'It was not sent. Please try again in a moment.' },
} as const satisfies Record<string, Text>;

/** What a customer says, by what it is about. */
const SAYS = {
  paid: {
    not: { zh: '我还没拿到商品', en: 'I do not have my goods' },
    have: { zh: '我已拿到商品', en: 'I have the goods' },
  },
  unpaid: {
    not: { zh: '我已经付了款', en: 'I have paid' },
    have: { zh: '我已拿到商品', en: 'I have the goods' },
  },
  refund: {
    not: { zh: '退款还没收到', en: 'My refund has not come' },
    have: { zh: '我已收到退款', en: 'I have the refund' },
  },
} as const;

export function statusPage(frame: string, status: Status, tag: string, at: At): string {
  const { lang } = at;
  const t = (text: Text): string => text[lang];
  const [first, ...rest] = status.stories as [Story, ...Story[]];
  const body = html`<a class="skip" href="#answer">${t(WORDS.skip)}</a>
${headOf(lang)}
<main data-live="${tag}" data-zone="${status.zone}">
  <p class="sr" role="status" id="news"></p>
  <div id="stories">
    ${status.is_test && html`<p class="banner">${t(WORDS.test)}</p>`}
    ${storyOf(first, at, true)}
    ${rest.map(
      (
        story,
      ) => html`<details class="other-story"><summary>${t(story.about === 'payment' ? WORDS.payment : WORDS.refunds)}
        <span>${t(story.title)}</span></summary>${storyOf(story, at, false)}</details>`,
    )}
  </div>
  <div id="said">${saidOf(status, at)}</div>
  ${sayForm(status, first, lang)}
  <div id="besides" class="besides">${besidesOf(status, first, lang)}</div>
  <p class="checked"><span id="checked">${t(WORDS.checked)} <time datetime="${at.now.toString()}">${clockIn(at.now, at.zone)}</time></span>
    <span id="offline" hidden>${t(WORDS.offline)}</span><noscript>${t(WORDS.script)}</noscript></p>
  <p class="to-how"><a href="/how/${status.app ?? ''}?lang=${lang}">${t(WORDS.how)}${
    status.app === undefined ? '' : ` · ${t(HOW[status.app].name)}`
  }</a></p>
</main>
<footer>
  <p>${t(WORDS.private)}</p>
  <p>${t(WORDS.until)} ${momentIn(Temporal.Instant.from(status.until), at.now, at.zone, lang)} · ${t(WORDS.zone)} (${offsetOf(at)})</p>
</footer>`;
  return pageOf(frame, lang, `${t(first.title)} · ${t(WORDS.title)}`, body);
}

function storyOf(story: Story, at: At, isFirst: boolean): Html {
  const { lang } = at;
  const t = (text: Text): string => text[lang];
  const title = html`${markOf(story.tone, isFirst ? 36 : 20)}<span>${t(story.title)}</span>`;
  return html`<article class="story tone-${story.tone}">
    ${isFirst ? html`<h1 id="answer" tabindex="-1">${title}</h1>` : html`<h2>${title}</h2>`}
    <ol class="line" aria-label="${t(WORDS.line)}">${story.line.map((stop) => stopOf(stop, at))}</ol>
    <dl>
      <div><dt>${t(WORDS.where)}</dt><dd>${t(story.where)}</dd></div>
      <div><dt>${t(WORDS.when)}</dt><dd>${t(story.when)}</dd></div>
      <div class="you"><dt>${t(WORDS.you)}</dt><dd>${t(story.you)}</dd></div>
      <div><dt>${t(WORDS.shop)}</dt><dd>${t(story.shop)}</dd></div>
    </dl>
    ${
      story.number !== undefined &&
      html`<p class="number">${t(story.about === 'refund' ? WORDS.refund : WORDS.order)} <span translate="no">${story.number}</span></p>`
    }
  </article>`;
}

const stopOf = (stop: Stop, { lang, now, zone }: At): Html =>
  html`<li class="is-${stop.state}"><i aria-hidden="true"></i><span class="stop">${stop.title[lang]}<span class="sr">, ${WORDS[stop.state][lang]}</span></span>${
    stop.at !== undefined && html`<time datetime="${stop.at}">${briefly(stop.at, now, zone, lang)}</time>`
  }</li>`;

function saidOf({ said }: Status, { lang, now, zone }: At): Html {
  if (said === undefined) return html``;
  const at = html`<time datetime="${said.at}">${briefly(said.at, now, zone, lang)}</time>`;
  return said.what === 'have_it'
    ? html`<p class="said"><strong>${WORDS.thanks[lang]}</strong> ${at}</p>`
    : html`<p class="said"><strong>${WORDS.told[lang]}</strong> ${at}<br>${WORDS.toldAt[lang]}</p>`;
}

function besidesOf({ said, may }: Status, first: Story, lang: Lang): Html {
  return html`${
    may.includes('have_it') &&
    said?.what !== 'have_it' &&
    html`<button type="button" class="button plain" data-say="have_it" hidden>${saysOf(first).have[lang]}</button>`
  }
  ${
    may.includes('copy_number') &&
    html`<p class="copying"><button type="button" class="button plain" data-copy hidden>${WORDS.copyNumber[lang]}</button>
      <small data-copied="${WORDS.copied[lang]}">${WORDS.copyHint[lang]}</small></p>`
  }`;
}

/** There is most likely nothing to tell: the one thing to do does not press. */
const SETTLED: ReadonlySet<string> = new Set(['arrived', 'moving', 'found']);

const saysOf = (first: Story): (typeof SAYS)[keyof typeof SAYS] =>
  first.about === 'refund'
    ? SAYS.refund
    : first.line[1]?.state === 'next' || first.line[1]?.state === 'off'
      ? SAYS.unpaid
      : SAYS.paid;

/** Its words stand outside of what is replaced: what somebody is writing stays. */
function sayForm({ said }: Status, first: Story, lang: Lang): Html {
  const t = (text: Text): string => text[lang];
  const isSaid = said?.what === 'not_arrived';
  return html`<details class="say" id="say" hidden><summary class="button${isSaid || SETTLED.has(first.tone) ? '' : ' primary'}" id="not-arrived">${t(isSaid ? WORDS.more : saysOf(first).not)}</summary>
    <form data-sending="${t(WORDS.sending)}" data-failed="${t(WORDS.failed)}">
      <label for="text">${t(WORDS.details)}</label>
      <textarea id="text" name="text" rows="4" maxlength="4000" autocomplete="off" aria-describedby="text-hint"></textarea>
      <p class="hint" id="text-hint">${t(WORDS.detailsHint)}</p>
      <label for="pictures">${t(WORDS.picture)}</label>
      <input id="pictures" name="pictures" type="file" accept="image/png,image/jpeg,image/webp" multiple>
      <button type="submit" class="button primary">${t(WORDS.send)}</button>
      <p role="status" class="outcome"></p>
    </form>
  </details>`;
}

const GONE = {
  title: { zh: '链接打不开了', en: 'This link does not work' },
  says: {
    zh: '它可能已经过期,已被商户收回,或者没有复制完整。',
    en: 'It may have expired, the shop may have taken it back, or it was not copied whole.',
  },
  you: { zh: '请向商户要一个新的链接。', en: 'Please ask the shop for a new one.' },
} as const;

/** One answer for whatever is no good link. */
export function gonePage(frame: string, lang: Lang): string {
  return pageOf(
    frame,
    lang,
    GONE.title[lang],
    html`${headOf(lang)}<main class="gone"><h1>${GONE.title[lang]}</h1><p>${GONE.says[lang]}</p><p>${GONE.you[lang]}</p>
      <p><a href="/how/?lang=${lang}">${WORDS.how[lang]}</a></p></main>`,
  );
}

/** Today by the clock alone. */
const briefly = (at: string, now: Temporal.Instant, zone: string, lang: Lang): string =>
  momentIn(Temporal.Instant.from(at), now, zone, lang).replace(/^今天 | today$/, '');
const clockIn = (at: Temporal.Instant, zone: string): string =>
  at.toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: 'second' });
const offsetOf = ({ now, zone }: At): string =>
  `UTC${now
    .toZonedDateTimeISO(zone)
    .offset.replace(/:00$/, '')
    .replace(/^([+-])0/, '$1')}`;
