/** Shapes of what the connect page asks: each provider with its fields, capabilities and bills, in words. */
import { z } from 'zod';
import { both } from '../contract.ts';

const field = {
  title: both,
  where: both.describe('Where it is found, in the channel’s own pages'),
  pattern: z.string().optional().describe('What it looks like, as a regular expression for all of it'),
  example: z.string().optional(),
};
const plain = z.object(field);

export const provider = z
  .object({
    id: z.string(),
    title: both,
    about: both,
    base_url: z.string().describe('Where it is called unless an account says otherwise'),
    test_url: z.string().optional().describe('The channel’s own address for tests'),
    merchant_no: plain,
    sub_merchant_no: plain.optional().describe('For service providers and platforms'),
    settings: z.array(
      z.object({
        key: z.string(),
        ...field,
        required: z.boolean(),
        options: z.array(z.object({ value: z.string(), title: both })).optional(),
      }),
    ),
    credentials: z.array(
      z.object({
        kind: z.string(),
        ...field,
        says: both.describe('What it is, exactly'),
        form: z.enum(['pem', 'bare', 'text']).describe('bare: a PEM, or its base64 without first and last line'),
        begins: z.array(z.string()).optional().describe('What a PEM may begin with after -----BEGIN'),
        secret: z.boolean(),
        need: z
          .enum(['always', 'sometimes', 'later', 'fetched'])
          .describe('later: given out once the channel knows the notification address; fetched: comes by itself'),
        named: plain.optional().describe('What its id is; absent: it needs none'),
      }),
    ),
    notify: both.describe('Where the notification address goes'),
    capabilities: z.array(z.object({ name: z.string(), why_not: both.optional().describe('Absent: it can') })),
    bills: z.array(
      z.object({
        kind: z.string(),
        ready_at: z.string().describe('Wall-clock time of the day after'),
        zone: z.string(),
        kept_days: z.int().describe('For so many days the channel gives it'),
      }),
    ),
  })
  .meta({ id: 'Provider' });

export const newAddress = z.strictObject({
  end_others: z
    .boolean()
    .default(false)
    .describe(
      'Somebody else came to know them: the addresses before stop answering now, and nothing arrives until the channel uses the new one',
    ),
});
export const madeAddress = z
  .object({
    notification_url: z.string().describe('Shown once'),
    others: z.int().describe('How many addresses from before still answer'),
  })
  .meta({ id: 'NotificationAddress' });
