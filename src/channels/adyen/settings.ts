/** What an Adyen account needs besides the name of its merchant account; checked when it is entered. */
import { z } from 'zod';
import type { Text } from '../../base/lang.ts';

export const settingsShape = z.strictObject({
  /** `automatic`: Adyen captures what it authorises, so an authorisation is a payment. If only some are, `manual`. */
  capture: z.enum(['automatic', 'manual']),
  /** Where reports are downloaded, if not from Adyen's Customer Area. */
  reports_url: z.url().optional(),
  /** The zone of the account's reports, if it is not Adyen's own: their days are days there. */
  report_zone: z.string().refine(isZone, 'no zone such as Europe/Amsterdam').optional(),
});

function isZone(name: string): boolean {
  try {
    return name.includes('/') && Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name) !== undefined;
  } catch {
    return false;
  }
}

export const CREDENTIALS = {
  hmac_key: {
    en: "the webhook's HMAC key in hex; while it is changed the old and the new one, under two ids",
    zh: 'Webhook 的 HMAC 密钥(十六进制);更换期间新旧两把并存,用不同的 id',
  },
  api_key: {
    en: 'the API key of a web-service credential: refunds, cancellations',
    zh: 'Web service 凭据的 API 密钥:退款、取消',
  },
  report_key: {
    en: 'the API key of a report credential; where it is missing, api_key is used',
    zh: '报表凭据的 API 密钥;未填则使用 api_key',
  },
  report_login: {
    en: 'instead of report_key: user:password of a report credential',
    zh: '可代替 report_key:报表凭据的 用户名:密码',
  },
} as const satisfies Record<string, Text>;
