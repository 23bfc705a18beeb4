/** Links for customers, and what their page is told: this and nothing else. Beside `contract.ts`, whose words it uses. */
import { z } from 'zod';
import { both, id, instant, text } from '../contract.ts';
import { sha256 } from './claims.ts';

export const newLink = z.strictObject({
  days: z.int().min(1).max(90).default(7).describe('For how many days it can be opened'),
});

export const link = z
  .object({
    id,
    payment_id: id.optional(),
    claim_id: id.optional(),
    made_by: z.string(),
    made_at: instant,
    expires_at: instant,
    revoked_at: instant.optional(),
    opened: z.int().describe('How often its page was opened'),
    last_opened_at: instant.optional(),
    last_said: z.enum(['not_arrived', 'have_it']).optional().describe('What the customer said last'),
    last_said_at: instant.optional(),
    last_claim_id: id.optional().describe('The claim that became of it'),
  })
  .meta({ id: 'StatusLink' });

export const madeLink = link
  .extend({
    url: z.string().describe('For the customer; shown once, because only its hash is kept'),
    qr: z.string().describe('The same as a QR code, SVG'),
  })
  .meta({ id: 'MadeStatusLink' });

export const links = z.object({ items: z.array(link) });

const stop = z.strictObject({
  stop: z.enum(['paid', 'channel', 'shop', 'done', 'back', 'sent', 'account']),
  title: both,
  /** done · now: it stands here · next · off: it went no further, or back */
  state: z.enum(['done', 'now', 'next', 'off']),
  at: instant.optional(),
});

export const story = z
  .strictObject({
    about: z.enum(['payment', 'refund']),
    tone: z.enum(['arrived', 'moving', 'found', 'waiting', 'late', 'no', 'beware']),
    title: both.describe('The answer in one sentence'),
    where: both.describe('Where the money is'),
    when: both.describe('When it comes'),
    you: both.describe('What the customer can do'),
    shop: both.describe('What the shop does next'),
    line: z.array(stop).describe('The way of the money, as far as a customer cares'),
    number: z.string().optional().describe('The end of its number: never all of it'),
  })
  .meta({ id: 'StatusStory' });

export const status = z
  .strictObject({
    stories: z.array(story).min(1).describe('The most important first'),
    /** Of the shop: every time on the page is of this zone. */
    zone: z.string(),
    app: z
      .enum(['wechat', 'alipay', 'unionpay', 'bank-card', 'paypal'])
      .optional()
      .describe('How to look it up: GET /how/{app}'),
    is_test: z.boolean().describe('Nothing of it is real money'),
    may: z.array(z.enum(['not_arrived', 'have_it', 'copy_number'])),
    said: z.strictObject({ what: z.enum(['not_arrived', 'have_it']), at: instant }).optional(),
    until: instant.describe('How long the link is good'),
  })
  .meta({ id: 'Status' });

export const say = z.strictObject({
  says: z.enum(['not_arrived', 'have_it']),
  text: text(4_000, 1).optional().describe('The payment’s detail page, pasted'),
  images: z.array(sha256).max(3).default([]).describe('Pictures that were sent before'),
});

export const sentPicture = z.strictObject({ sha256 });
export const refundNumber = z.strictObject({ number: z.string() });
