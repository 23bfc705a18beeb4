/**
 * The life of a terminal or code: one total table that the compiler checks. What is not a move is refused, with the moves there are.
 *
 * Forward only while it is applied for; a terminal in service may rest (suspended) or be lost, and come back. Retired and rejected are
 * the end: another device, or the same one again, is another terminal.
 */
import type { Text } from '../base/lang.ts';

export const TERMINAL_KINDS = ['pos', 'code', 'sound_box', 'cashier'] as const;
export type TerminalKind = (typeof TERMINAL_KINDS)[number];

export const TERMINAL_STATES = {
  applied: { en: 'applied for', zh: '已申请' },
  documents_checked: { en: 'documents checked', zh: '资料已审核' },
  plan_recommended: { en: 'plan recommended', zh: '已推荐方案' },
  shipped: { en: 'shipped', zh: '已寄出' },
  registered: { en: 'registered', zh: '已登记' },
  active: { en: 'active', zh: '使用中' },
  suspended: { en: 'suspended', zh: '已停用' },
  lost: { en: 'lost', zh: '已丢失' },
  retired: { en: 'retired', zh: '已退役' },
  rejected: { en: 'rejected', zh: '已驳回' },
} as const satisfies Record<string, Text>;
export type TerminalState = keyof typeof TERMINAL_STATES;

export const STEPS = {
  check_documents: { en: 'the documents were checked', zh: '资料审核通过' },
  recommend_plan: { en: 'a plan was recommended', zh: '推荐结算方案' },
  ship: { en: 'it was shipped', zh: '寄出设备' },
  register: { en: 'it was registered at the channel', zh: '在渠道登记' },
  activate: { en: 'it takes payments', zh: '开始使用' },
  suspend: { en: 'it takes no payments for a while', zh: '暂停使用' },
  resume: { en: 'it takes payments again', zh: '恢复使用' },
  lose: { en: 'it was lost or stolen', zh: '丢失或被盗' },
  find: { en: 'it was found again', zh: '已找回' },
  retire: { en: 'it is taken out of service', zh: '退役' },
  reject: { en: 'the application was rejected', zh: '驳回申请' },
} as const satisfies Record<string, Text>;
export type Step = keyof typeof STEPS;

const NOWHERE = {
  check_documents: null,
  recommend_plan: null,
  ship: null,
  register: null,
  activate: null,
  suspend: null,
  resume: null,
  lose: null,
  find: null,
  retire: null,
  reject: null,
} as const satisfies Record<Step, null>;

export const MOVES = {
  applied: { ...NOWHERE, check_documents: 'documents_checked', reject: 'rejected' },
  documents_checked: { ...NOWHERE, recommend_plan: 'plan_recommended', reject: 'rejected' },
  plan_recommended: { ...NOWHERE, ship: 'shipped', reject: 'rejected' },
  // On its way it can be lost too.
  shipped: { ...NOWHERE, register: 'registered', lose: 'lost', reject: 'rejected' },
  registered: { ...NOWHERE, activate: 'active', suspend: 'suspended', lose: 'lost', retire: 'retired' },
  active: { ...NOWHERE, suspend: 'suspended', lose: 'lost', retire: 'retired' },
  suspended: { ...NOWHERE, resume: 'active', lose: 'lost', retire: 'retired' },
  // Found: somebody looks at it before it takes payments again.
  lost: { ...NOWHERE, find: 'suspended', retire: 'retired' },
  retired: NOWHERE,
  rejected: NOWHERE,
} as const satisfies Record<TerminalState, Record<Step, TerminalState | null>>;

export const moveTo = (from: TerminalState, step: Step): TerminalState | null => MOVES[from][step];
export const stepsFrom = (from: TerminalState): readonly Step[] =>
  (Object.keys(STEPS) as Step[]).filter((step) => MOVES[from][step] !== null);

/** Whether a payment may come from a terminal in this state: not yet, now, no more. */
export const SERVICE = {
  applied: 'not_yet',
  documents_checked: 'not_yet',
  plan_recommended: 'not_yet',
  shipped: 'not_yet',
  // The channel knows it: the first payment may come before anybody says that it is active.
  registered: 'now',
  active: 'now',
  suspended: 'no_more',
  lost: 'no_more',
  retired: 'no_more',
  rejected: 'no_more',
} as const satisfies Record<TerminalState, 'not_yet' | 'now' | 'no_more'>;
