/** How a WeChat Pay account is entered, in words. Source: docs/channels/wechatpay.md. */
import type { z } from 'zod';
import { CERTIFICATE, type Description, PRIVATE_KEY, PUBLIC_KEY } from '../describe.ts';
import type { CREDENTIALS, settingsShape } from './settings.ts';

export const DESCRIPTION = {
  title: { zh: '微信支付', en: 'WeChat Pay' },
  about: { zh: '直连商户与服务商,API v3', en: 'direct merchants and service providers, API v3' },
  merchantNo: {
    title: { zh: '商户号', en: 'merchant number (mchid)' },
    where: {
      zh: '商户平台 pay.weixin.qq.com → 账户中心 → 商户信息;服务商填服务商商户号',
      en: 'pay.weixin.qq.com → 账户中心 → 商户信息; a service provider enters its own',
    },
    pattern: '\\d{8,10}',
    example: '1900000109',
  },
  subMerchantNo: {
    title: { zh: '特约商户号', en: 'sub-merchant number (sub_mchid)' },
    where: {
      zh: '仅服务商模式填写:收款门店的商户号',
      en: 'service providers only: the number of the shop that is paid',
    },
    pattern: '\\d{8,10}',
    example: '1900000209',
  },
  settings: {
    appid: {
      title: { zh: 'AppID', en: 'AppID' },
      where: {
        zh: '商户平台 → 产品中心 → AppID 账号管理。撤销付款码支付时需要',
        en: '产品中心 → AppID 账号管理. Needed to take back a payment scanned at the till',
      },
      pattern: 'wx[0-9a-z]{1,30}',
      example: 'wx8888888888888888',
    },
    product: {
      title: { zh: '收款产品', en: 'product' },
      where: {
        zh: '订单没有写明时按它决定多久问一次',
        en: 'decides how often is asked, where an order does not say',
      },
      options: {
        jsapi: { zh: 'JSAPI(公众号、小程序)', en: 'JSAPI (official accounts, mini programs)' },
        native: { zh: 'Native(顾客扫码)', en: 'Native (the customer scans)' },
        app: { zh: 'APP', en: 'app' },
        h5: { zh: 'H5(手机网页)', en: 'H5 (mobile web)' },
        codepay: { zh: '付款码(店员扫顾客)', en: 'payment code (the till scans the customer)' },
      },
    },
  },
  credentials: {
    merchant_key: {
      title: { zh: '商户 API 私钥', en: 'merchant API private key' },
      where: {
        zh: '商户平台 → 账户中心 → API 安全 → 商户 API 证书:申请证书时下载的 apiclient_key.pem',
        en: '账户中心 → API安全 → merchant API certificate: apiclient_key.pem of the download',
      },
      form: 'pem',
      begins: PRIVATE_KEY,
      need: 'always',
      named: {
        title: { zh: '商户 API 证书序列号', en: 'serial number of the merchant certificate' },
        where: { zh: '同一页 → 管理证书,40 位十六进制', en: 'the same page → manage certificates, 40 hex digits' },
        pattern: '[0-9A-Fa-f]{16,40}',
        example: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
      },
    },
    apiv3_key: {
      title: { zh: 'APIv3 密钥', en: 'APIv3 key' },
      where: {
        zh: '账户中心 → API 安全 → APIv3 密钥:自己设置的 32 个字符,忘记了只能重设',
        en: '账户中心 → API安全 → APIv3 key: the 32 characters you set; if forgotten it can only be set anew',
      },
      form: 'text',
      pattern: '[\\x21-\\x7e]{32}',
      need: 'always',
    },
    platform_key: {
      title: { zh: '微信支付公钥(或平台证书)', en: 'WeChat Pay public key (or platform certificate)' },
      where: {
        zh: '账户中心 → API 安全 → 微信支付公钥:pub_key.pem。仍用平台证书的商户可不填,会自动获取',
        en: '账户中心 → API安全 → WeChat Pay public key: pub_key.pem. Who still uses platform certificates may leave it out: they are fetched',
      },
      form: 'pem',
      begins: [...PUBLIC_KEY, ...CERTIFICATE],
      isPublic: true,
      need: 'sometimes',
      named: {
        title: { zh: '公钥 ID 或证书序列号', en: 'public key ID or serial number' },
        where: { zh: '同一页,以 PUB_KEY_ID_ 开头', en: 'the same page, begins with PUB_KEY_ID_' },
        pattern: 'PUB_KEY_ID_\\w{4,60}|[0-9A-Fa-f]{16,40}',
        example: 'PUB_KEY_ID_0119000001092024…',
      },
    },
  },
  notify: {
    zh: '每次下单时作为 notify_url 传给微信支付;退款同样。',
    en: 'Give it to WeChat Pay as notify_url with each order, and with each refund.',
  },
} as const satisfies Description<keyof z.output<typeof settingsShape>, keyof typeof CREDENTIALS>;
