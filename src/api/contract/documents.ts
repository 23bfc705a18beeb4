/** Shapes of documents, of what is read in them, and of the mappings that people save. */
import { z } from 'zod';
import { both, day, id, instant, text } from '../contract.ts';

const failure = z.object({ code: z.string(), says: both, remedy: both });

/** How one document in a file was read when somebody last looked. */
const readingPart = z
  .object({
    member: z.string().optional().describe('Its name in an archive'),
    format: z.string().optional(),
    title: both.optional(),
    role: z.string().optional(),
    channel: z.string().optional(),
    account: z.string().optional(),
    from: day.optional(),
    to: day.optional(),
    lines: z.string(),
    rejected: z.string(),
    refused: failure.optional(),
  })
  .meta({ id: 'PartInBrief' });

export const document = z
  .object({
    id,
    account_id: id.optional(),
    origin: z.enum(['channel', 'upload', 'book']).describe('Fetched by calendar, brought, or written from the book'),
    kind: z.string(),
    covers_on: day.optional(),
    name: z.string(),
    sha256: z.string(),
    size: z.string(),
    received_at: instant,
    added_by: z.string().optional().describe('Who brought it: `session:ID` of a user or `key:ID`'),
    added_by_name: z.string().optional(),
    known: z
      .literal(true)
      .optional()
      .describe('These bytes were there before: this is the document that was brought then'),
    parts: z
      .array(readingPart)
      .optional()
      .describe('As it was last read; absent before anybody looked. At most twenty'),
    reconciliation_id: id.optional().describe('The last reconciliation that took it in'),
  })
  .meta({ id: 'Document' });

export const changeDocument = z.strictObject({
  account_id: id.nullable().describe('Whose bill it is, until a reconciliation has taken it in'),
});

const reject = z.object({
  row: z.int(),
  at: z.int(),
  column: z.string(),
  code: z.string(),
  value: z.string(),
  says: both,
  remedy: both,
});
const sum = z.object({
  kind: z.string(),
  status: z.string(),
  currency: z.string(),
  count: z.int(),
  amount: z.string(),
});
const readPart = z
  .object({
    member: z.string().optional(),
    format: z.string(),
    title: both,
    role: z.string(),
    channel: z.string().optional(),
    account: z.string().optional().describe('The merchant number or bank account it is of'),
    from: day.optional(),
    to: day.optional(),
    encoding: z.string(),
    size: z.int(),
    lines: z.int(),
    rejected: z.int(),
    rejects: z.array(reject).describe('The first fifty'),
    sums: z.array(sum),
    checks: z.array(z.object({ name: both, expected: z.string(), actual: z.string(), ok: z.boolean() })),
    notes: z.array(both),
    proposed: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('The mapping that the names of its columns propose: read by it, and nobody has looked at it yet'),
  })
  .meta({ id: 'DocumentPart' });
const refusedPart = z.object({ member: z.string().optional(), refused: failure }).meta({ id: 'RefusedPart' });
const line = z
  .object({
    id: z.string(),
    part: z.int(),
    evidence: z.record(z.string(), z.unknown()),
    fee: z.string().optional().describe('Cost to the merchant, in the currency of the line'),
  })
  .meta({ id: 'DocumentLine' });

export const documentLines = z
  .object({
    parts: z.array(readPart),
    items: z.array(line),
    next: z.string().optional().describe('Pass as `after` for the next page'),
  })
  .meta({ id: 'DocumentLines' });

export const reading = z
  .object({
    parts: z.array(z.union([readPart, refusedPart])),
    items: z.array(line).describe('The first fifty lines of each part'),
    account_id: id.optional().describe('The account whose merchant number it carries'),
    alike: z
      .array(z.object({ part: z.int(), id, name: z.string(), received_at: instant, lines: z.string() }))
      .describe('Other documents of the same format, account and days, with other bytes'),
  })
  .meta({ id: 'Reading' });

export const cells = z
  .object({
    kind: z.enum(['text', 'json', 'xlsx', 'xls', 'html']),
    encoding: z.string().describe('What the bytes prove; it is read in this one'),
    shown_in: z.string(),
    encodings: z.array(z.string()),
    tables: z.array(
      z.object({
        delimiter: z.string(),
        header: z.int().describe('The row that seems to name the columns, from 0'),
        rows: z.array(z.array(z.string())),
        proposed: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  })
  .meta({ id: 'Cells' });

const mappingKind = z
  .enum(['orders', 'bill'])
  .describe('`orders`: the merchant’s own order book · `bill`: a channel’s or an acquirer’s bill');
const fields = z.record(z.string().max(200), z.unknown());

export const tryMapping = z.strictObject({
  part: z.int().min(0).max(999).default(0),
  kind: mappingKind,
  fields: fields.describe('As the file of `daozhang formats` and `orders.mapping.yaml` has them'),
  timezone: text(64, 1).default('Asia/Shanghai'),
});
export const tried = z
  .object({
    parts: z.array(z.union([readPart, refusedPart])),
    items: z.array(line),
    whole: z.boolean().describe('False where only the beginning of a long document was read'),
  })
  .meta({ id: 'Tried' });

export const newMapping = z.strictObject({
  name: text(80, 1)
    .regex(/^[^\p{Cc}]+$/u)
    .refine((s) => s.trim() === s, 'blanks around it'),
  kind: mappingKind,
  fields,
  after: z.int().min(0).default(0).describe('The version you saw; 0 for a new name'),
});
export const mapping = z
  .object({
    id,
    name: z.string(),
    version: z.int(),
    kind: mappingKind,
    fields,
    document: z.string().describe('The file that the command line takes'),
    made_by: z.string(),
    made_by_name: z.string().optional(),
    made_at: instant,
  })
  .meta({ id: 'Mapping' });
