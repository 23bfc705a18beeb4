/** How a UnionPay account is entered, in words. Source: docs/channels/unionpay.md. */
import type { z } from 'zod';
import { CERTIFICATE, type Description, PRIVATE_KEY } from '../describe.ts';
import type { CREDENTIALS, settingsShape } from './settings.ts';

export const DESCRIPTION = {
  title: { zh: '银联 · 云闪付', en: 'UnionPay' },
  about: {
    zh: '全渠道 5.1.0 证书方式,自有商户号',
    en: 'version 5.1.0 with certificates, a merchant number of your own',
  },
  merchantNo: {
    title: { zh: '商户号 merId', en: 'merchant number (merId)' },
    where: { zh: '签约资料;merchant.unionpay.com,15 位', en: 'the contract; merchant.unionpay.com, 15 characters' },
    pattern: '[0-9A-Za-z]{15}',
    example: '898310048160001',
  },
  settings: {
    product: {
      title: { zh: '收款产品', en: 'product' },
      where: {
        zh: '订单没有写明时按它决定多久问一次、失败何时为终态',
        en: 'decides how often is asked and when a failure is final, where an order does not say',
      },
      options: {
        front: { zh: '前台类(顾客跳转到银联页面或 App)', en: 'front (the buyer is sent to UnionPay’s page or app)' },
        back: { zh: '后台类(服务器直接扣款)', en: 'back (your server pays in one call)' },
      },
    },
    biz_type: {
      title: { zh: '业务类型 bizType', en: 'bizType' },
      where: { zh: '您的对接程序;不填为 000201', en: 'your integration; 000201 where nothing is said' },
      pattern: '\\d{6}',
      example: '000201',
    },
    back_url: {
      title: { zh: '退货通知地址', en: 'address for refunds made here' },
      where: {
        zh: '仅当银联经由您自己的代理访问通知地址时填写',
        en: 'only if UnionPay reaches the notification address through a proxy of yours',
      },
      pattern: 'https?://\\S+',
    },
    file_url: {
      title: { zh: '对账文件地址', en: 'address of files' },
      where: { zh: '仅当对账文件不在银联自己的主机时填写', en: 'only where files are not at UnionPay’s own host' },
      pattern: 'https?://\\S+',
    },
  },
  credentials: {
    merchant_key: {
      title: { zh: '商户签名私钥', en: 'signing key' },
      where: {
        zh: '从 CFCA 下载的 .pfx,用 openssl 拆出:openssl pkcs12 -legacy -in acp_prod_sign.pfx -nocerts -nodes | openssl pkey',
        en: 'of the .pfx downloaded from CFCA: openssl pkcs12 -legacy -in acp_prod_sign.pfx -nocerts -nodes | openssl pkey',
      },
      form: 'pem',
      begins: PRIVATE_KEY,
      need: 'always',
      named: {
        title: { zh: 'certId(证书序列号,十进制)', en: 'certId (serial number in decimal)' },
        where: {
          zh: '同一个 .pfx 里的证书;多数工具显示十六进制,请换算成十进制',
          en: 'the certificate of the same .pfx; most tools print hex, this is decimal',
        },
        pattern: '\\d{1,50}',
        example: '69026276696',
      },
    },
    middle_cert: {
      title: { zh: '银联中级证书', en: 'UnionPay middle certificate' },
      where: {
        zh: 'open.unionpay.com 开发包:acp_prod_middle.cer',
        en: 'kit of open.unionpay.com: acp_prod_middle.cer',
      },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'always',
    },
    root_cert: {
      title: { zh: '银联根证书', en: 'UnionPay root certificate' },
      where: { zh: '同上:acp_prod_root.cer', en: 'the same kit: acp_prod_root.cer' },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'always',
    },
  },
  notify: { zh: '每笔下单时作为 backUrl 传给银联。', en: 'Give it to UnionPay as backUrl with each order.' },
  testUrl: 'https://gateway.test.95516.com',
} as const satisfies Description<keyof z.output<typeof settingsShape>, keyof typeof CREDENTIALS>;
