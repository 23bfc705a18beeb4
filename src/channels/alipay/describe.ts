/** How an Alipay account is entered, in words. Source: docs/channels/alipay.md. */
import type { z } from 'zod';
import { CERTIFICATE, type Description } from '../describe.ts';
import type { CREDENTIALS, settingsShape } from './settings.ts';

const CERTIFICATE_MODE = { zh: '仅证书模式。', en: 'Certificate mode only. ' };

export const DESCRIPTION = {
  title: { zh: '支付宝', en: 'Alipay' },
  about: {
    zh: '自有应用的商户,公钥模式或证书模式',
    en: 'merchants with an application of their own, in either key mode',
  },
  merchantNo: {
    title: { zh: '商户号 PID', en: 'PID' },
    where: {
      zh: 'b.alipay.com → 账号中心,2088 开头的 16 位',
      en: 'b.alipay.com → account centre, 16 digits from 2088',
    },
    pattern: '2088\\d{12}',
    example: '2088102146225135',
  },
  settings: {
    app_id: {
      title: { zh: '应用 AppID', en: 'AppID' },
      where: { zh: 'open.alipay.com → 控制台 → 该应用', en: 'open.alipay.com → console → the application' },
      pattern: '\\d{16,32}',
      example: '2021000122600000',
    },
    product: {
      title: { zh: '收款产品', en: 'product' },
      where: { zh: '订单没有写明时按它决定多久问一次', en: 'decides how often is asked, where an order does not say' },
      options: {
        barcode: { zh: '条码(店员扫顾客)', en: 'barcode (the till scans the customer)' },
        precreate: { zh: '扫码(顾客扫店家)', en: 'precreate (the customer scans)' },
        page: { zh: '电脑网站', en: 'desktop web' },
        wap: { zh: '手机网站', en: 'mobile web' },
        app: { zh: 'App', en: 'app' },
        jsapi: { zh: 'JSAPI(小程序)', en: 'JSAPI (mini program)' },
      },
    },
    bill_hosts: {
      title: { zh: '账单下载域名', en: 'other bill hosts' },
      where: {
        zh: '仅当账单不在支付宝域名下时填写,逗号分隔',
        en: 'only if bills lie at a host that is not Alipay’s; separated by commas',
      },
    },
  },
  credentials: {
    app_key: {
      title: { zh: '应用私钥', en: 'application private key' },
      where: {
        zh: '生成密钥的地方:支付宝密钥工具保存的“应用私钥”文件,带不带头尾都可以',
        en: 'where the pair was made: the key tool’s private-key file, with or without its first and last line',
      },
      form: 'bare',
      pattern: '[\\s\\S]{300,}',
      need: 'always',
    },
    alipay_key: {
      title: { zh: '支付宝公钥(或支付宝公钥证书)', en: 'Alipay public key (or its certificate)' },
      where: {
        zh: '应用 → 开发设置 → 接口加签方式 → 查看支付宝公钥。不是“应用公钥”。证书模式为 alipayCertPublicKey_RSA2.crt',
        en: 'the application → development settings → signing → Alipay public key, not the application’s own. In certificate mode alipayCertPublicKey_RSA2.crt',
      },
      form: 'bare',
      pattern: '[\\s\\S]{200,}',
      isPublic: true,
      need: 'always',
    },
    app_cert: {
      title: { zh: '应用公钥证书', en: 'application certificate' },
      where: {
        zh: `${CERTIFICATE_MODE.zh}同一页下载的 appCertPublicKey_….crt`,
        en: `${CERTIFICATE_MODE.en}appCertPublicKey_….crt of the same page`,
      },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'sometimes',
    },
    alipay_root_cert: {
      title: { zh: '支付宝根证书', en: 'Alipay root certificates' },
      where: {
        zh: `${CERTIFICATE_MODE.zh}同一页下载的 alipayRootCert.crt,整个文件`,
        en: `${CERTIFICATE_MODE.en}alipayRootCert.crt of the same page, the whole file`,
      },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'sometimes',
    },
  },
  notify: {
    zh: '每次下单时作为 notify_url 传给支付宝;开放平台的页面上不用填。',
    en: 'Give it to Alipay as notify_url with each order; no page of the platform asks for it.',
  },
  testUrl: 'https://openapi-sandbox.dl.alipaydev.com',
} as const satisfies Description<keyof z.output<typeof settingsShape>, keyof typeof CREDENTIALS>;
