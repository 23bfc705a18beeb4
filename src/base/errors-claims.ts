/** The errors of claims, pictures and counters. Part of the one catalogue in `errors.ts`. */
import type { Text } from './lang.ts';

type Entry = Readonly<{ exit: 2 | 64 | 70 | 130; says: Text; remedy: Text }>;

export const CLAIM_ERRORS = {
  'image.not_one': {
    exit: 64,
    says: {
      en: 'this is no PNG, JPEG or WebP picture, or it is cut',
      zh: '这不是 PNG、JPEG 或 WebP 图片,或文件不完整',
    },
    remedy: {
      en: 'Take the screenshot or photo again and send it as PNG or JPEG.',
      zh: '请重新截图或拍照,并以 PNG 或 JPEG 发送。',
    },
  },
  'image.too_large': {
    exit: 64,
    says: {
      en: 'the picture is {width} × {height} points, more than is read',
      zh: '图片为 {width} × {height} 像素,超过可读上限',
    },
    remedy: { en: 'Send it at 40 megapixels or less.', zh: '请发送不超过 4000 万像素的图片。' },
  },
  'image.busy': {
    exit: 2,
    says: { en: 'other pictures are being read', zh: '正在读取其他图片' },
    remedy: { en: 'Send it again in a moment, or type the number.', zh: '请稍后重新发送,或直接输入单号。' },
  },
  'image.not_here': {
    exit: 64,
    says: { en: 'the picture {image} was not sent before', zh: '图片 {image} 尚未上传' },
    remedy: { en: 'Send it to POST /v1/images first.', zh: '请先发送到 POST /v1/images。' },
  },
  'case.closed': {
    exit: 2,
    says: { en: 'the case is closed already', zh: '工单已了结' },
    remedy: { en: 'Read it again: it says who closed it, and why.', zh: '请重新查看:其中写明由谁了结、为什么。' },
  },
  'claim.says_nothing': {
    exit: 64,
    says: { en: 'the claim names nothing to search by', zh: '报障没有可查的信息' },
    remedy: {
      en: 'Give a number, pasted text, a picture, an export, or an amount.',
      zh: '请提供单号、粘贴的文字、图片、账单文件或金额。',
    },
  },
  'claim.closed': {
    exit: 2,
    says: { en: 'the claim is closed', zh: '报障已关闭' },
    remedy: { en: 'Make a new one.', zh: '请新建报障。' },
  },
  'shift.open': {
    exit: 2,
    says: { en: 'a shift is open at this place already', zh: '此处已有未结束的班次' },
    remedy: { en: 'Close it first.', zh: '请先交班。' },
  },
  'shift.none': {
    exit: 2,
    says: { en: 'no shift is open at this place', zh: '此处没有进行中的班次' },
    remedy: { en: 'Open one first.', zh: '请先开班。' },
  },
  'search.nothing': {
    exit: 64,
    says: { en: 'nothing to search by is in “{q}”', zh: '“{q}”中没有可查的内容' },
    remedy: {
      en: 'Give a number or at least its last four digits, an amount such as 128.00, or a day.',
      zh: '请输入单号或其后四位以上、金额(如 128.00)或日期。',
    },
  },
} as const satisfies Record<string, Entry>;
