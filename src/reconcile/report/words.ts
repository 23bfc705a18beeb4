/**
 * Every word that a reconciliation is shown with, in both languages: the terminal, the CSV files and the report take their
 * labels from here and from the catalogue of verdicts, so the three never call one thing by two names.
 * The report embeds these tables as JSON and switches language without asking anyone.
 */
import type { Text } from '../../base/lang.ts';
import type { Kind, Role, Status } from '../../files/line.ts';
import type { Release, Tone } from '../../verdicts/catalogue.ts';
import type { Batch, Break, BreakClass, Joint, Next, Result } from '../result.ts';

type Words<K extends string> = Readonly<Record<K, Text>>;

/** The state of a run: the chip, and the half-sentence that stands where there is room for one. */
export const STATES = {
  clean: {
    tone: 'arrived',
    label: { zh: '全部对上', en: 'Clean' },
    says: { zh: '每一分钱都对上了', en: 'Every cent agrees' },
  },
  breaks: {
    tone: 'late',
    label: { zh: '有差错', en: 'Breaks found' },
    says: { zh: '账能合拢,但有差错要处理', en: 'The sums close, but there are breaks to work on' },
  },
  incomplete: {
    tone: 'beware',
    label: { zh: '不完整', en: 'Incomplete' },
    says: {
      zh: '有单据或行没有采用或没有提供,结论只对已采用的部分成立',
      en: 'Some documents or lines were not used or not given; the rest is judged',
    },
  },
} as const satisfies Record<Result['state'], { tone: Tone; label: Text; says: Text }>;

/** A joint: its name, what it asks, and what stands on each side. */
export const JOINT_WORDS = {
  orders: {
    label: { zh: '订单 ↔ 渠道', en: 'Orders ↔ channel' },
    explain: { zh: '每笔订单的钱,渠道账单里有没有', en: 'Does the channel bill hold the money of each order' },
    ours: { zh: '订单', en: 'Orders' },
    theirs: { zh: '渠道账单', en: 'Channel bill' },
  },
  batches: {
    label: { zh: '渠道 ↔ 结算', en: 'Channel ↔ settlement' },
    explain: { zh: '账单里的每一行,有没有进结算批次', en: 'Is each line of the bill inside a settlement batch' },
    ours: { zh: '渠道账单', en: 'Channel bill' },
    theirs: { zh: '结算批次', en: 'Batches' },
  },
  bank: {
    label: { zh: '结算 ↔ 银行', en: 'Settlement ↔ bank' },
    explain: { zh: '每个批次的钱,银行有没有收到', en: 'Did the bank receive the money of each batch' },
    ours: { zh: '结算批次', en: 'Batches' },
    theirs: { zh: '银行流水', en: 'Bank statement' },
  },
} as const satisfies Record<Joint, { label: Text; explain: Text; ours: Text; theirs: Text }>;

/** A class of break, with the line that explains it. */
export const CLASS_WORDS = {
  ours_only: {
    tone: 'no',
    label: { zh: '我方有,对方无', en: 'Only on our side' },
    explain: { zh: '我方记了这笔钱,对方的单据里没有', en: 'We have it on our books; their document does not' },
  },
  theirs_only: {
    tone: 'found',
    label: { zh: '对方有,我方无', en: 'Only on their side' },
    explain: { zh: '对方收到了这笔钱,我方没有记录', en: 'They hold the money; we have no record of it' },
  },
  amount: {
    tone: 'no',
    label: { zh: '金额不同', en: 'Amount differs' },
    explain: { zh: '同一笔钱,两边的金额不一样', en: 'The same payment, with two amounts' },
  },
  status: {
    tone: 'found',
    label: { zh: '状态不同', en: 'Status differs' },
    explain: { zh: '同一笔钱,一边说成功,另一边不是', en: 'One side says it succeeded, the other does not' },
  },
  duplicate: {
    tone: 'found',
    label: { zh: '重复付款', en: 'Paid more than once' },
    explain: { zh: '一笔订单收到了不止一次钱', en: 'One order was paid more than once' },
  },
  fee: {
    tone: 'late',
    label: { zh: '手续费不符', en: 'Fee differs' },
    explain: { zh: '实扣手续费与约定费率算出的不同', en: 'The fee taken is not what the agreed rate gives' },
  },
  batch_missing: {
    tone: 'late',
    label: { zh: '未进结算', en: 'In no batch' },
    explain: { zh: '渠道已收款,但没有进任何结算批次', en: 'The channel has it, but no settlement batch holds it' },
  },
  batch_short: {
    tone: 'late',
    label: { zh: '少结算', en: 'Settled short' },
    explain: { zh: '批次的钱少于其中各行之和', en: 'The batch holds less than the sum of its lines' },
  },
  bank_missing: {
    tone: 'late',
    label: { zh: '银行未到账', en: 'Not at the bank' },
    explain: { zh: '批次已出款,银行流水里没有', en: 'The batch was paid out; the statement does not show it' },
  },
  bank_unidentified: {
    tone: 'waiting',
    label: { zh: '来款不明', en: 'Credit not identified' },
    explain: { zh: '银行收到一笔钱,说不清是哪个批次', en: 'The bank received money that no batch explains' },
  },
  timing: {
    tone: 'moving',
    label: { zh: '时间差', en: 'Timing' },
    explain: { zh: '临近日切,另一边预计下一天出现', en: 'Close to the day cut; the other side should follow next day' },
  },
  ambiguous: {
    tone: 'waiting',
    label: { zh: '无法确定', en: 'Several fit' },
    explain: { zh: '多种配法都成立,不猜,列出候选', en: 'Several matches fit; none is guessed, all are listed' },
  },
} as const satisfies Record<BreakClass, { tone: Tone; label: Text; explain: Text }>;

export const ROLE_WORDS = {
  order: { zh: '订单', en: 'Order book' },
  channel: { zh: '渠道账单', en: 'Channel bill' },
  balance: { zh: '渠道资金账', en: 'Channel balance' },
  bank: { zh: '银行流水', en: 'Bank statement' },
  evidence: { zh: '旁证', en: 'Evidence' },
  batch: { zh: '结算批次', en: 'Settlement batch' },
} as const satisfies Words<Role | 'batch'>;

/** The stations at which a bill, a batch and a statement can show money; the picture's four stops. */
export const STATION_WORDS = {
  ordered: { zh: '订单', en: 'Orders' },
  captured: { zh: '渠道', en: 'Channel' },
  settled: { zh: '结算', en: 'Settlement' },
  credited: { zh: '银行', en: 'Bank' },
} as const satisfies Words<'ordered' | 'captured' | 'settled' | 'credited'>;

export const CUSTODY_WORDS = {
  merchant: { zh: '商户', en: 'Merchant' },
  channel: { zh: '渠道', en: 'Channel' },
  settlement: { zh: '渠道(结算中)', en: 'Channel (settling)' },
  payout: { zh: '出款途中', en: 'On its way to the bank' },
  customer: { zh: '顾客', en: 'Customer' },
  nobody: { zh: '没有这笔钱', en: 'There is no money' },
  not_known: { zh: '尚不清楚', en: 'Not known yet' },
} as const satisfies Words<Break['custody']>;

export const OWNER_WORDS = {
  cashier: { zh: '收银', en: 'Cashier' },
  accountant: { zh: '会计', en: 'Accountant' },
  operations: { zh: '运营', en: 'Operations' },
  channel: { zh: '渠道', en: 'Channel' },
  bank: { zh: '银行', en: 'Bank' },
} as const satisfies Words<Next['owner']>;

export const RELEASE_WORDS = {
  yes: { zh: '可以交货', en: 'Hand over' },
  no: { zh: '不要交货', en: 'Do not hand over' },
  ask: { zh: '先问清楚', en: 'Ask first' },
} as const satisfies Words<Release>;

export const KIND_WORDS = {
  payment: { zh: '收款', en: 'Payment' },
  refund: { zh: '退款', en: 'Refund' },
  reversal: { zh: '冲正', en: 'Reversal' },
  chargeback: { zh: '拒付', en: 'Chargeback' },
  fee: { zh: '手续费', en: 'Fee' },
  payout: { zh: '出款', en: 'Payout' },
  payout_return: { zh: '出款退回', en: 'Payout returned' },
  transfer: { zh: '内部转账', en: 'Transfer' },
  adjustment: { zh: '调账', en: 'Adjustment' },
} as const satisfies Words<Kind>;

export const STATUS_WORDS = {
  paid: { zh: '已付款', en: 'paid' },
  unpaid: { zh: '未付款', en: 'unpaid' },
  closed: { zh: '已关单', en: 'closed' },
  refunded: { zh: '已退款', en: 'refunded' },
  unknown: { zh: '未知', en: 'unknown' },
  done: { zh: '成功', en: 'done' },
  pending: { zh: '处理中', en: 'pending' },
  failed: { zh: '失败', en: 'failed' },
} as const satisfies Words<Status>;

/** Kinds of references a line can have. A kind that is not listed is shown by its own name. */
export const REF_WORDS: Words<string> = {
  order: { zh: '商户订单号', en: 'Order no.' },
  payment: { zh: '支付单号', en: 'Payment no.' },
  refund: { zh: '退款单号', en: 'Refund no.' },
  channel_trade: { zh: '渠道单号', en: 'Channel no.' },
  origin: { zh: '原交易单号', en: 'Original no.' },
  wallet_trade: { zh: '钱包单号', en: 'Wallet no.' },
  wallet_merchant_no: { zh: '钱包侧商户单号', en: 'Wallet merchant no.' },
  log_no: { zh: '流水号', en: 'Log no.' },
  rrn: { zh: '检索参考号', en: 'RRN' },
  query_id: { zh: '查询流水号', en: 'Query id' },
  batch: { zh: '批次号', en: 'Batch no.' },
  bank_ref: { zh: '银行流水号', en: 'Bank ref.' },
};

export const BATCH_KIND_WORDS = {
  stated: { zh: '账单写明', en: 'stated' },
  payout: { zh: '出款单', en: 'payout' },
  implied: { zh: '按方案推算', en: 'implied' },
} as const satisfies Words<Batch['kind']>;

export const BATCH_STATE_WORDS = {
  credited: { tone: 'arrived', label: { zh: '已到账', en: 'credited' } },
  on_its_way: { tone: 'moving', label: { zh: '在途', en: 'on its way' } },
  late: { tone: 'late', label: { zh: '逾期未到', en: 'late' } },
  returned: { tone: 'late', label: { zh: '被退回', en: 'returned' } },
  short: { tone: 'late', label: { zh: '少到账', en: 'short' } },
  not_checked: { tone: 'waiting', label: { zh: '没有银行流水可查', en: 'no statement to check' } },
} as const satisfies Record<Batch['state'], { tone: Tone; label: Text }>;

/** Where a line can end up, and what else explains a difference, besides the classes of breaks. */
export const PLACE_WORDS: Words<string> = {
  matched: { zh: '已对上', en: 'matched' },
  break: { zh: '差错', en: 'breaks' },
  carried: { zh: '转入下期', en: 'carried' },
  open: { zh: '在等', en: 'waiting' },
  left: { zh: '没有对上', en: 'left over' },
  ambiguous: { zh: '无法确定', en: 'several fit' },
  in_batch: { zh: '在批次里', en: 'in a batch' },
  stated: { zh: '单据写明的批次', en: 'stated batches' },
  implied: { zh: '按方案推算的批次', en: 'implied batches' },
  payout: { zh: '出款批次', en: 'payouts' },
  not_paid: { zh: '未付款,不涉及钱', en: 'not paid, no money' },
  cancelled_out: { zh: '付款与冲正相抵', en: 'payment and its reversal' },
  out_of_window: { zh: '不在订单覆盖的日期', en: 'days the order book lacks' },
  not_from_a_channel: { zh: '与渠道无关', en: 'not from a channel' },
  rejected: { zh: '读不出', en: 'rejected' },
  repeated: { zh: '重复给出', en: 'repeated' },
  rounding: { zh: '舍入', en: 'rounding' },
};

/** How long past the promise. */
export const AGE_WORDS = {
  not_due: { zh: '未到期', en: 'Not due' },
  days_1_3: { zh: '逾期 1–3 天', en: '1–3 days late' },
  days_4_7: { zh: '逾期 4–7 天', en: '4–7 days late' },
  days_8_30: { zh: '逾期 8–30 天', en: '8–30 days late' },
  days_31: { zh: '超过 30 天', en: 'Over 30 days' },
  no_date: { zh: '没有约定日期', en: 'No date' },
} as const satisfies Words<string>;
export type Age = keyof typeof AGE_WORDS;

/** The report's own furniture. `{name}` places are filled where the sentence is used. */
export const PAGE_WORDS = {
  brand: { zh: '到账', en: 'Daozhang' },
  title: { zh: '对账报告', en: 'Reconciliation report' },
  skip: { zh: '跳到正文', en: 'Skip to content' },
  nav: { zh: '本页目录', en: 'On this page' },
  language: { zh: '语言', en: 'Language' },
  theme: { zh: '配色', en: 'Theme' },
  theme_auto: { zh: '随系统', en: 'Auto' },
  theme_light: { zh: '浅色', en: 'Light' },
  theme_dark: { zh: '深色', en: 'Dark' },
  period: { zh: '期间', en: 'Period' },
  as_of: { zh: '截至', en: 'As of' },
  documents_n: { zh: '{n} 份单据', en: '{n} documents' },
  no_script: {
    zh: '要看完整的报告,请允许本页运行脚本(不联网)。同样的内容在 breaks.csv 和 result.json 里。',
    en: 'To see the whole report, allow scripts for this page (it never goes online). The same facts are in breaks.csv and result.json.',
  },
  refused_title: { zh: '{n} 份单据没有采用', en: '{n} documents were not used' },
  refused_title_one: { zh: '1 份单据没有采用', en: '1 document was not used' },
  rejected_title: { zh: '{n} 行读不出来,没有采用', en: '{n} lines could not be read and were not used' },
  rejected_title_one: { zh: '1 行读不出来,没有采用', en: '1 line could not be read and was not used' },
  see_lines: { zh: '看这些行', en: 'See the lines' },

  tile_breaks: { zh: '要处理的差错', en: 'Breaks to work on' },
  tile_risk: { zh: '有风险的钱', en: 'Money at risk' },
  tile_open: { zh: '在等的', en: 'Waiting' },
  tile_ambiguous: { zh: '无法确定的', en: 'Several fit' },
  tile_risk_note: { zh: '该到而还没有到手的', en: 'owed to us and not in hand' },
  n_breaks: { zh: '{n} 处', en: '{n} breaks' },
  n_breaks_one: { zh: '1 处', en: '1 break' },
  n_open: { zh: '{n} 项,等日期或单据', en: '{n} items, for a date or a document' },
  n_open_one: { zh: '1 项,等日期或单据', en: '1 item, for a date or a document' },
  n_sets: { zh: '{n} 组,没有猜', en: '{n} sets, none was guessed' },
  n_sets_one: { zh: '1 组,没有猜', en: '1 set, not guessed' },
  nothing: { zh: '没有', en: 'None' },

  sec_money: { zh: '钱的去向', en: 'The money’s way' },
  sec_money_note: {
    zh: '线的宽度是金额(最细 2 像素);离开线的是没走到下一站的钱,汇入线的是来路没有记录的钱。点一下,看是哪些。',
    en: 'Width is amount (2 px at least). What leaves the line did not reach the next station; what joins it came without a record. Click to see which.',
  },
  as_table: { zh: '看成表格', en: 'As a table' },
  as_picture: { zh: '看成图', en: 'As a picture' },
  n_items: { zh: '{n} 笔', en: '{n} items' },
  n_items_one: { zh: '1 笔', en: '1 item' },
  leaves_after: { zh: '离开或汇入', en: 'Leaves or joins' },
  leaves: { zh: '离开', en: 'leaves' },
  joins: { zh: '汇入', en: 'joins' },
  not_reached: { zh: '未到', en: 'not there yet' },
  flow_empty: { zh: '没有可画的金额。', en: 'There are no amounts to draw.' },
  show_in_list: { zh: '在差错列表里看', en: 'show in the list' },

  sec_proof: { zh: '平衡证明', en: 'Proof' },
  sec_proof_note: {
    zh: '每一段、每个币种:我方 − 对方 = 已解释的差错,余数必须是零。点开看由哪些差错构成、每一行去了哪里。',
    en: 'Per joint and currency: ours − theirs = what the breaks explain, and the rest must be zero. Open a row to see which breaks, and where every line went.',
  },
  joint: { zh: '段', en: 'Joint' },
  currency: { zh: '币种', en: 'Currency' },
  ours: { zh: '我方', en: 'Ours' },
  theirs: { zh: '对方', en: 'Theirs' },
  difference: { zh: '差额', en: 'Difference' },
  explained: { zh: '已解释', en: 'Explained' },
  residual: { zh: '余数', en: 'Residual' },
  holds: { zh: '合拢', en: 'holds' },
  holds_not: { zh: '不合拢', en: 'does not hold' },
  explained_by: { zh: '差额由什么构成', en: 'What makes the difference' },
  nothing_to_explain: { zh: '两边相等,没有要解释的。', en: 'Both sides are equal; nothing to explain.' },
  where_lines_went: { zh: '每一行去了哪里', en: 'Where every line went' },
  all_lines: { zh: '合计', en: 'all' },
  passes: { zh: '怎么对上的', en: 'How lines were matched' },
  passes_note: {
    zh: '从最可靠的办法开始,每一遍只看前面剩下的;一行最多用一次。',
    en: 'The most reliable way first; each pass sees only what the earlier ones left, and a line is used at most once.',
  },
  pass: { zh: '办法', en: 'Pass' },
  matched: { zh: '对上', en: 'Matched' },
  lines: { zh: '行数', en: 'Lines' },
  proof_empty: { zh: '没有两边可比的单据。', en: 'No two sides to compare.' },

  sec_late: { zh: '逾期与欠款方', en: 'What is late, and who owes it' },
  sec_late_note: {
    zh: '批次按净额计;银行段的差错说的就是这些批次,不重复计。',
    en: 'Batches count with their net amount; breaks at the bank joint are about these very batches and are not counted twice.',
  },
  who_owes: { zh: '欠款方', en: 'Who owes' },
  total: { zh: '合计', en: 'Total' },
  late_empty: { zh: '没有人欠着钱:该到的都到了。', en: 'Nobody owes anything: all that was due has arrived.' },
  batches: { zh: '批次', en: 'Batches' },
  batch: { zh: '批次', en: 'Batch' },
  business_days: { zh: '交易日', en: 'Business days' },
  due: { zh: '应到', en: 'Due' },
  gross: { zh: '收款', en: 'Gross' },
  refunds: { zh: '退款', en: 'Refunds' },
  fees: { zh: '手续费', en: 'Fees' },
  net: { zh: '净额', en: 'Net' },
  state: { zh: '状态', en: 'State' },
  credited_on: { zh: '{date} 到账', en: 'credited {date}' },
  days_late: { zh: '逾期 {n} 天', en: '{n} days late' },
  days_late_one: { zh: '逾期 1 天', en: '1 day late' },
  days_left: { zh: '还有 {n} 天', en: 'in {n} days' },
  days_left_one: { zh: '还有 1 天', en: 'in 1 day' },
  due_today: { zh: '就是今天', en: 'today' },
  show_all: { zh: '全部显示({n})', en: 'Show all ({n})' },
  batches_empty: { zh: '没有批次。', en: 'There are no batches.' },

  sec_breaks: { zh: '差错', en: 'Breaks' },
  tab_breaks: { zh: '差错', en: 'Breaks' },
  tab_open: { zh: '在等', en: 'Waiting' },
  tab_ambiguous: { zh: '无法确定', en: 'Several fit' },
  tab_open_note: {
    zh: '还不算差错:在等一个日期,或等一份单据。',
    en: 'Not breaks yet: they wait for a date or for a document.',
  },
  tab_ambiguous_note: {
    zh: '多种配法都成立。一行也没有猜,请人来定。',
    en: 'More than one match fits. Not one line was guessed; a person decides.',
  },
  class: { zh: '类别', en: 'Class' },
  channel: { zh: '渠道', en: 'Channel' },
  verdict: { zh: '结论', en: 'Verdict' },
  cause: { zh: '原因', en: 'Cause' },
  search: { zh: '搜索', en: 'Search' },
  search_hint: { zh: '单号、金额、店、姓名……', en: 'Any number, amount, shop, name…' },
  any: { zh: '全部', en: 'All' },
  clear: { zh: '清除筛选', en: 'Clear filters' },
  shown_n: { zh: '{n} 条', en: '{n} shown' },
  sum: { zh: '共', en: 'in all' },
  more: { zh: '再显示 {n} 条', en: 'Show {n} more' },
  capped: {
    zh: '这里是金额最大的 {shown} 条;全部 {total} 条在 {file} 里。',
    en: 'These are the {shown} largest; all {total} are in {file}.',
  },
  date: { zh: '日期', en: 'Date' },
  what: { zh: '发生了什么', en: 'What happened' },
  amount: { zh: '金额', en: 'Amount' },
  sort_date: { zh: '按日期排序', en: 'Sort by date' },
  sort_amount: { zh: '按金额排序', en: 'Sort by amount' },
  list_empty_breaks: { zh: '没有差错。', en: 'There are no breaks.' },
  list_empty_open: { zh: '没有在等的。', en: 'Nothing is waiting.' },
  list_empty_ambiguous: { zh: '没有无法确定的。', en: 'There are no sets in doubt.' },
  list_none: { zh: '没有符合筛选的。', en: 'Nothing passes these filters.' },
  keys: { zh: '快捷键', en: 'Shortcuts' },
  keys_on: { zh: '开', en: 'on' },
  keys_off: { zh: '关', en: 'off' },
  keys_hint: { zh: 'j / k 上下 · Enter 展开 · / 搜索', en: 'j / k move · Enter opens · / searches' },

  release: { zh: '交货', en: 'Goods' },
  reason: { zh: '缘由', en: 'Reason' },
  custody: { zh: '钱在谁手里', en: 'Who holds the money' },
  promise: { zh: '应到时间', en: 'Promise' },
  also: { zh: '同时成立', en: 'Also true' },
  at_stake: { zh: '涉及金额', en: 'At stake' },
  next: { zh: '下一步', en: 'What to do' },
  at_once: { zh: '现在', en: 'now' },
  by_date: { zh: '{date} 前', en: 'by {date}' },
  evidence: { zh: '证据', en: 'Evidence' },
  candidates: { zh: '候选(没有取用)', en: 'Candidates (not taken)' },
  side_none: { zh: '没有找到', en: 'nothing found' },
  side_more: { zh: '列出 {shown} 行,共 {total} 行', en: '{shown} of {total} lines listed' },
  line_n: { zh: '第 {n} 行', en: 'line {n}' },
  bytes_n: { zh: '字节 {from}–{to}', en: 'bytes {from}–{to}' },
  not_stated: { zh: '按方案推算,没有单据写明', en: 'follows from the plan; no document states it' },
  raw: { zh: '原始记录', en: 'Raw record' },
  raw_cut: { zh: '此处截断,全长 {n} 字', en: 'cut here; {n} characters in all' },
  copy: { zh: '复制', en: 'Copy' },
  copied: { zh: '已复制', en: 'Copied' },
  copy_failed: { zh: '已选中,请按 Ctrl+C', en: 'Selected; press Ctrl+C' },
  time: { zh: '时间', en: 'Time' },
  business_on: { zh: '交易日', en: 'Business day' },
  account: { zh: '账户', en: 'Account' },
  store: { zh: '门店', en: 'Store' },
  terminal: { zh: '终端', en: 'Terminal' },
  party: { zh: '交易对手', en: 'Party' },
  text: { zh: '摘要', en: 'Text' },
  id: { zh: '编号', en: 'Id' },

  sec_documents: { zh: '单据', en: 'Documents' },
  sec_documents_note: {
    zh: '每份单据逐字节保存哈希;自带的校验数已与明细核对。',
    en: 'Each document is known by its hash; the control figures it carries were compared with its lines.',
  },
  document: { zh: '单据', en: 'Document' },
  format: { zh: '格式', en: 'Format' },
  role: { zh: '角色', en: 'Role' },
  rejected: { zh: '读不出', en: 'Rejected' },
  repeated: { zh: '重复给出', en: 'Repeated' },
  checks: { zh: '自带校验', en: 'Its own checks' },
  checks_ok: { zh: '{n} 项相符', en: '{n} agree' },
  checks_bad: { zh: '{n} 项不符', en: '{n} disagree' },
  checks_none: { zh: '不带校验数', en: 'no control figures' },
  check: { zh: '校验项', en: 'Check' },
  expected: { zh: '单据写的', en: 'Stated' },
  actual: { zh: '实际', en: 'As read' },
  encoding: { zh: '编码', en: 'Encoding' },
  size: { zh: '大小', en: 'Size' },
  bytes: { zh: '{n} 字节', en: '{n} bytes' },
  notes: { zh: '备注', en: 'Notes' },
  rejected_lines: { zh: '读不出的行', en: 'Lines that could not be read' },
  where: { zh: '位置', en: 'Where' },
  column: { zh: '列', en: 'Column' },
  value: { zh: '原值', en: 'Value' },
  why: { zh: '为什么', en: 'Why' },
  rejected_capped: {
    zh: '只列前 {shown} 行,共 {total} 行;全部在 result.json 里。',
    en: 'The first {shown} of {total}; all are in result.json.',
  },
  documents_empty: { zh: '没有采用任何单据。', en: 'No document was used.' },

  sec_fees: { zh: '手续费', en: 'Fees' },
  sec_fees_note: {
    zh: '按渠道和月份;约定费率写在结算方案里时,一并比较。',
    en: 'By channel and month; compared with the agreed rate where the plan states one.',
  },
  month: { zh: '月份', en: 'Month' },
  fee_gross: { zh: '交易额', en: 'Turnover' },
  stated: { zh: '实扣', en: 'Charged' },
  agreed: { zh: '约定', en: 'Agreed' },
  rate: { zh: '实际费率', en: 'Actual rate' },
  over: { zh: '与约定相差', en: 'Over the agreed' },
  fees_empty: { zh: '单据里没有手续费。', en: 'The documents state no fees.' },

  batch_made: {
    zh: '{lines} 行 · 收款 {gross} · 退款 {refunds} · 手续费 {fees}',
    en: '{lines} lines · gross {gross} · refunds {refunds} · fees {fees}',
  },

  sec_sign: { zh: '签字', en: 'Sign-off' },
  sec_sign_note: {
    zh: '制单与复核应是两个人。哈希锁定了签字所依据的结果文件,改一个字就会变。',
    en: 'Preparer and reviewer are two people. The hash fixes the result file that is signed for; one changed letter changes it.',
  },
  prepared: { zh: '制单', en: 'Prepared by' },
  reviewed: { zh: '复核', en: 'Reviewed by' },
  name: { zh: '姓名', en: 'Name' },
  signature: { zh: '签字', en: 'Signature' },
  sign_date: { zh: '日期', en: 'Date' },
  result_hash: { zh: 'result.json 的 SHA-256', en: 'SHA-256 of result.json' },
  hash_blank: { zh: '打印后填写:运行 sha256sum result.json', en: 'Fill in after printing: sha256sum result.json' },
  remarks: { zh: '说明', en: 'Remarks' },
  print: { zh: '打印', en: 'Print' },
  footer: {
    zh: '本页自成一体:不联网,不加载任何外部内容。数据即 result.json({schema})。',
    en: 'This page stands alone: it never goes online and loads nothing. Its data are result.json ({schema}).',
  },

  t_documents: { zh: '单据', en: 'Documents' },
  t_refused: { zh: '未采用', en: 'not used' },
  t_proof: { zh: '平衡证明', en: 'Proof' },
  t_largest: { zh: '最大的 {shown} 处差错,共 {total} 处', en: 'The {shown} largest of {total} breaks' },
  t_all_breaks: { zh: '差错', en: 'Breaks' },
  t_report: { zh: '报告', en: 'Report' },
  t_more: { zh: '还有 {n} 项', en: '{n} more' },
  t_lines: { zh: '{n} 行', en: '{n} lines' },
  t_lines_one: { zh: '1 行', en: '1 line' },
  t_rejected: { zh: '{n} 行读不出', en: '{n} rejected' },
  t_repeated: { zh: '{n} 行重复', en: '{n} repeated' },
  carried_over: { zh: '结转', en: 'Carried over' },
  carried_from: { zh: '接上 {from} 的 {taken} 项', en: '{taken} taken up from {from}' },
  carried_first: { zh: '此前没有未达项', en: 'nothing before this day' },
  carried_left: { zh: '本日留下 {left} 项', en: '{left} left by this day' },
  carried_kept: { zh: '本日的结转文件保持原样', en: 'the file of this day stays as it was' },
  stale_days: {
    zh: '{days} 是依据本日的旧结果算出的,请按顺序重新核对。',
    en: 'Made from older results of this day, to be run again in this order: {days}.',
  },
  t_balances: { zh: '相符', en: 'agrees' },
} as const satisfies Words<string>;

/** The words of a table by an id that a document brought, so it may be one nobody foresaw: then the id itself. */
export function wordOr(words: Words<string>, id: string): Text {
  return Object.hasOwn(words, id) ? words[id]! : { zh: id, en: id };
}
