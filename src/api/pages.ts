/** The few pages the server has beside the web app: where am I, and what now. Plain HTML, no script. */
import type { Lang } from '../base/lang.ts';

const STYLE =
  'body{font:16px/1.6 system-ui,sans-serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}code{padding:.1em .3em;border:1px solid #8886;border-radius:4px}';

const page = (lang: Lang, title: string, body: string): string =>
  `<!doctype html><html lang="${lang === 'zh' ? 'zh-CN' : 'en'}"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style><main>${body}</main></html>`;

export function homePage(lang: Lang, version: string): string {
  return lang === 'zh'
    ? page(
        lang,
        '到账',
        `<h1>到账 ${version}</h1><p>服务正在运行。接口说明见 <a href="/openapi.json">/openapi.json</a>,运行指标见 <a href="/metrics">/metrics</a>。</p><p>查一笔款:<code>npx daozhang where 订单号</code></p><p>建立 API 密钥:<code>npx daozhang key --name 收银系统</code></p>`,
      )
    : page(
        lang,
        'Daozhang',
        `<h1>Daozhang ${version}</h1><p>The server runs. The API is described at <a href="/openapi.json">/openapi.json</a>, its figures are at <a href="/metrics">/metrics</a>.</p><p>Find a payment: <code>npx daozhang where ORDER</code></p><p>Make an API key: <code>npx daozhang key --name till</code></p>`,
      );
}

export function buildingPage(lang: Lang): string {
  return lang === 'zh'
    ? page(lang, '到账', '<h1>网页正在构建</h1><p>首次启动需要几秒钟,完成后此页自动打开。</p>')
    : page(
        lang,
        'Daozhang',
        '<h1>The web app is being built</h1><p>The first start takes some seconds; this page opens by itself.</p>',
      );
}

export function linkSpentPage(lang: Lang): string {
  return lang === 'zh'
    ? page(lang, '链接已失效', '<h1>链接已失效</h1><p>该链接只能使用一次。重新获取:<code>npx daozhang link</code></p>')
    : page(
        lang,
        'This link is spent',
        '<h1>This link is spent</h1><p>It works once. Make a new one: <code>npx daozhang link</code></p>',
      );
}
