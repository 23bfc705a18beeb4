/** Shapes of stores, terminals, codes, findings and checks. */
import { z } from 'zod';
import {
  STEPS,
  type Step,
  TERMINAL_KINDS,
  TERMINAL_STATES,
  type TerminalState,
} from '../../actions/terminal-states.ts';
import { both, id, instant, moment, money, reference, text } from '../contract.ts';

const keys = <T extends string>(table: Readonly<Record<T, unknown>>) => Object.keys(table) as [T, ...T[]];
export const terminalState = z.enum(keys<TerminalState>(TERMINAL_STATES));
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
/** What a scanner reads. */
export const codeContent = text(1_024, 1);

export const newStore = z.strictObject({
  code: text(64, 1).describe('As orders write it'),
  name: text(80, 1),
});
export const store = z
  .object({ code: z.string(), name: z.string(), created_at: instant, added_by: z.string() })
  .meta({ id: 'Store' });

const bound = {
  store: text(64, 1).nullable().optional().describe('The code of a store'),
  account_id: id
    .nullable()
    .optional()
    .describe('Whose money it takes; a cashier’s device may do without and takes whatever its shop accepts'),
  merchant: text(128, 1).nullable().optional().describe('The merchant’s legal name'),
  merchant_no: reference.nullable().optional().describe('The number under which it trades; else the account’s'),
  settle_merchant_no: reference.nullable().optional().describe('The number under which its money is settled'),
  terminal_no: reference.nullable().optional().describe('The channel’s number of it, as its messages write it'),
  code: codeContent.nullable().optional().describe('The exact content of its code'),
  code_sha256: sha256Hex.optional().describe('Instead of the content, its SHA-256'),
  payee: text(128, 1).nullable().optional().describe('The payee that the customer’s phone shows'),
};
const when = {
  at: moment.optional().describe('When it happened; else now'),
  note: text(1_000, 1).optional(),
};
const guard = {
  version: z.int().min(1).optional().describe('As it was read: refused where somebody changed it since'),
};

export const newTerminal = z.strictObject({
  kind: z.enum(TERMINAL_KINDS),
  name: text(64, 1).describe('Your own name for it; orders may write it as their terminal'),
  serial_no: reference.optional(),
  model: text(80, 1).optional(),
  state: z.enum(['applied', 'registered']).default('applied').describe('`registered`: it is there and works already'),
  ...bound,
  ...when,
});
export const newStep = z.strictObject({ step: z.enum(keys<Step>(STEPS)), ...when, ...guard });
export const newBinding = z.strictObject({ name: text(64, 1).optional(), ...bound, ...when, ...guard });

const binding = {
  name: z.string(),
  store: z.string().optional(),
  account_id: id.optional(),
  provider: z.string().optional(),
  merchant: z.string().optional(),
  merchant_no: z.string().optional(),
  settle_merchant_no: z.string().optional(),
  terminal_no: z.string().optional(),
  code: z.string().optional(),
  code_sha256: z.string().optional(),
  payee: z.string().optional(),
  since: instant,
  until: instant.optional(),
};
export const terminal = z
  .object({
    id,
    kind: z.enum(TERMINAL_KINDS),
    state: terminalState,
    says: both,
    version: z.int(),
    steps: z.array(z.string()).describe('What may be done now'),
    serial_no: z.string().optional(),
    model: z.string().optional(),
    created_at: instant,
    ...binding,
  })
  .meta({ id: 'Terminal' });

const who = {
  by: z.string().describe('key:… or session:…'),
  by_name: z.string().optional(),
  note: z.string().optional(),
  recorded_at: instant.describe('When it was written'),
};
export const terminalHistory = terminal
  .extend({
    history: z.array(
      z.object({
        n: z.int(),
        step: z.string(),
        from: terminalState.optional(),
        to: terminalState,
        at: instant,
        ...who,
      }),
    ),
    bindings: z.array(z.object({ n: z.int(), ...binding, ...who })),
  })
  .meta({ id: 'TerminalHistory' });

export const terminalFinding = z
  .object({
    id,
    kind: z.enum([
      'terminal_unregistered',
      'terminal_retired',
      'terminal_foreign',
      'foreign_code',
      'retired_code',
      'other_store',
    ]),
    said: z.string().describe('The number that was named, or the SHA-256 of the code that was scanned'),
    account_id: id.optional(),
    terminal_id: id.optional(),
    store: z.string().optional(),
    times: z.string().describe('Payments, or scans'),
    amount: money.optional().describe('Of its payments'),
    first_at: instant,
    last_at: instant,
    opened_at: instant,
    closed_at: instant.optional(),
    closed_by: z.string().optional(),
    close_note: z.string().optional(),
  })
  .meta({ id: 'TerminalFinding' });

export const newCodeCheck = z.strictObject({
  content: codeContent.describe('As the scanner reads it'),
  store: text(64, 1).optional().describe('Where you are'),
});
export const codesRead = z
  .object({ codes: z.array(z.object({ text: z.string(), format: z.string() })) })
  .meta({ id: 'CodesRead' });
const checkHead = {
  id,
  result: z.enum(['matches', 'foreign_code', 'retired_code', 'other_store']),
  alarm: z.boolean(),
  says: both,
  finding_id: id.optional(),
};
export const codeCheck = z
  .object({
    ...checkHead,
    code: z.object({
      kind: z.string(),
      says: both,
      payee: z.string().optional().describe('As the code itself says it'),
      merchant_no: z.string().optional(),
    }),
    terminal: z
      .object({
        id,
        name: z.string(),
        state: terminalState,
        store: z.string().optional(),
        payee: z.string().optional(),
        merchant: z.string().optional(),
        merchant_no: z.string().optional(),
        settle_merchant_no: z.string().optional(),
      })
      .optional()
      .describe('As registered'),
  })
  .meta({ id: 'CodeCheck' });
export const codeCheckLine = z
  .object({
    id: checkHead.id,
    result: checkHead.result,
    alarm: checkHead.alarm,
    content: z.string(),
    kind: z.string(),
    store: z.string().optional(),
    terminal_id: id.optional(),
    finding_id: id.optional(),
    by: z.string(),
    by_name: z.string().optional(),
    at: instant,
  })
  .meta({ id: 'CodeCheckLine' });
