/** How a Lakala account is entered, in words. Source: docs/channels/lakala.md. */
import type { z } from 'zod';
import { CERTIFICATE, type Description, PRIVATE_KEY } from '../describe.ts';
import type { CREDENTIALS, settingsShape } from './settings.ts';

export const DESCRIPTION = {
  title: { zh: '拉卡拉', en: 'Lakala' },
  about: { zh: '开放平台 v3:聚合扫码与收银台', en: 'open platform v3: scan to pay, and the cashier page' },
  merchantNo: {
    title: { zh: '交易商户号', en: 'trading merchant number' },
    where: { zh: '签约资料,或下单时用的 merchant_no', en: 'the contract, or merchant_no of your own orders' },
    pattern: '[0-9A-Za-z]{8,32}',
    example: '822290070111135',
  },
  settings: {
    appid: {
      title: { zh: '应用编号', en: 'application' },
      where: { zh: '开放平台 → 应用,OP 开头', en: 'open platform → applications, begins with OP' },
      pattern: '[0-9A-Za-z]{1,32}',
      example: 'OP00000003',
    },
    term_no: {
      title: { zh: '终端号', en: 'terminal number' },
      where: { zh: '拉卡拉随商户号提供', en: 'given by Lakala together with the merchant number' },
      pattern: '[0-9A-Za-z]{1,32}',
      example: 'A1062976',
    },
    settle_merchant_no: {
      title: { zh: '结算商户号', en: 'settling merchant number' },
      where: { zh: '签约资料;与交易商户号不同时填写', en: 'the contract, if it is another than the trading one' },
      pattern: '[0-9A-Za-z]{1,32}',
    },
    product: {
      title: { zh: '收款产品', en: 'product' },
      where: { zh: '订单没有写明时按它决定多久问一次', en: 'decides how often is asked, where an order does not say' },
      options: {
        scan: { zh: '主扫(顾客扫店家)', en: 'scan (the customer scans)' },
        barcode: { zh: '被扫(店员扫顾客)', en: 'barcode (the till scans the customer)' },
        cashier: { zh: '收银台', en: 'cashier page' },
      },
    },
    request_ip: {
      title: { zh: '服务器公网 IP', en: 'public IPv4 of your server' },
      where: {
        zh: '您的服务器;不填则不能关单、撤销、退款',
        en: 'your server; without it nothing is closed, reversed or refunded',
      },
      pattern: '\\d{1,3}(\\.\\d{1,3}){3}',
      example: '203.0.113.7',
    },
  },
  credentials: {
    merchant_key: {
      title: { zh: '商户私钥', en: 'merchant private key' },
      where: { zh: '生成密钥对的地方', en: 'where the key pair was made' },
      form: 'pem',
      begins: PRIVATE_KEY,
      need: 'always',
      named: {
        title: { zh: '商户证书序列号', en: 'serial number of the merchant certificate' },
        where: { zh: '提交给拉卡拉的那张证书', en: 'of the certificate handed to Lakala' },
        pattern: '[0-9A-Fa-f]{4,64}',
      },
    },
    platform_key: {
      title: { zh: '拉卡拉平台证书', en: 'Lakala platform certificate' },
      where: { zh: '开放平台下载,用于应答验签', en: 'open platform; it signs answers' },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'always',
      named: {
        title: { zh: '平台证书序列号', en: 'its serial number' },
        where: { zh: '平台证书', en: 'of the platform certificate' },
        pattern: '[0-9A-Za-z]{4,64}',
      },
    },
    notify_key: {
      title: { zh: '拉卡拉通知证书', en: 'Lakala notification certificate' },
      where: { zh: '开放平台下载,与平台证书不是同一张', en: 'open platform; another than the platform’s' },
      form: 'pem',
      begins: CERTIFICATE,
      isPublic: true,
      need: 'always',
    },
  },
  notify: { zh: '每笔下单时作为 notify_url 传给拉卡拉。', en: 'Give it to Lakala as notify_url with each order.' },
  testUrl: 'https://test.wsmsd.cn/sit',
} as const satisfies Description<keyof z.output<typeof settingsShape>, keyof typeof CREDENTIALS>;
