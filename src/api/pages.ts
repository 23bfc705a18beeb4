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

/** For a phone in the shop's network: how it takes our authority, and then the counter. `url` is ours. */
export function pairingPage(lang: Lang, url: string): string {
  return lang === 'zh'
    ? page(
        lang,
        '连接收银台',
        `<h1>把这台手机连接到收银台</h1><ol><li><a href="/daozhang.crt">下载本店证书</a>。</li><li>安装它。<br>iPhone:设置 › 已下载描述文件 › 安装;再到 设置 › 通用 › 关于本机 › 证书信任设置,打开“Daozhang in this shop”。<br>安卓:设置 › 安全 › 更多安全设置 › 加密与凭据 › 安装证书 › CA 证书。</li><li>打开 <a href="${url}">${url}</a>,添加到主屏幕。</li></ol><p>这张证书只对本店内部网络的地址有效,由店里的电脑签发,没有上传到任何地方。不用时可在手机设置里删除。</p>`,
      )
    : page(
        lang,
        'Connect the counter',
        `<h1>Connect this phone to the counter</h1><ol><li><a href="/daozhang.crt">Download the shop’s certificate</a>.</li><li>Install it.<br>iPhone: Settings › Profile Downloaded › Install; then Settings › General › About › Certificate Trust Settings, switch “Daozhang in this shop” on.<br>Android: Settings › Security › More security settings › Encryption &amp; credentials › Install a certificate › CA certificate.</li><li>Open <a href="${url}">${url}</a> and add it to the home screen.</li></ol><p>The certificate is good for addresses of private networks only. It was made by the computer in this shop and went nowhere else. Remove it in the phone’s settings when it is not needed.</p>`,
      );
}
