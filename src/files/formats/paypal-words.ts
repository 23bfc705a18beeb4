/**
 * The words of PayPal's activity download in the languages it is written in: column names, types, states. English, German,
 * French and Spanish are from published exports; Italian and Chinese from PayPal's own interface words, several where they differ.
 * Everything is data; `paypal-activity.ts` says what follows from it.
 */
import type { Kind } from '../line.ts';

export const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Our word for a column → its names. */
export const COLUMNS = {
  date: { en: ['Date'], de: ['Datum'], fr: ['Date'], es: ['Fecha'], it: ['Data'], zh: ['日期'] },
  time: {
    en: ['Time'],
    de: ['Uhrzeit', 'Zeit'],
    fr: ['Heure'],
    es: ['Hora'],
    it: ['Ora', 'Orario'],
    zh: ['时间', '時間'],
  },
  zone: {
    en: ['TimeZone', 'Time Zone'],
    de: ['Zeitzone'],
    fr: ['Fuseau horaire'],
    es: ['Zona horaria'],
    it: ['Fuso orario'],
    zh: ['时区', '時區'],
  },
  name: { en: ['Name'], de: ['Name'], fr: ['Nom'], es: ['Nombre'], it: ['Nome'], zh: ['名称', '姓名', '名稱'] },
  type: {
    en: ['Type', 'Description'],
    de: ['Typ', 'Beschreibung'],
    fr: ['Type', 'Description'],
    es: ['Tipo', 'Descripción'],
    it: ['Tipo', 'Descrizione'],
    zh: ['类型', '类别', '描述', '說明', '類型'],
  },
  status: {
    en: ['Status'],
    de: ['Status'],
    fr: ['État', 'Statut'],
    es: ['Estado'],
    it: ['Stato'],
    zh: ['状态', '狀態'],
  },
  currency: {
    en: ['Currency'],
    de: ['Währung', 'Waehrung'],
    fr: ['Devise'],
    es: ['Divisa', 'Moneda'],
    it: ['Valuta'],
    zh: ['币种', '货币', '貨幣', '幣別'],
  },
  gross: {
    en: ['Gross'],
    de: ['Brutto'],
    fr: ['Avant commission', 'Brut', 'Montant brut'],
    es: ['Bruto'],
    it: ['Lordo'],
    zh: ['总额', '毛额', '总金额', '總額'],
  },
  fee: {
    en: ['Fee', 'Fees'],
    de: ['Gebühr', 'Gebuehr', 'Gebühren', 'Entgelt'],
    fr: ['Commission', 'Frais'],
    es: ['Comisión', 'Tarifa'],
    it: ['Tariffa', 'Commissione'],
    zh: ['费用', '手续费', '費用', '手續費'],
  },
  net: { en: ['Net'], de: ['Netto'], fr: ['Net'], es: ['Neto'], it: ['Netto'], zh: ['净额', '淨額'] },
  balance: {
    en: ['Balance'],
    de: ['Guthaben', 'Saldo'],
    fr: ['Solde'],
    es: ['Saldo'],
    it: ['Saldo'],
    zh: ['余额', '餘額', '結餘'],
  },
  impact: {
    en: ['Balance Impact'],
    de: ['Auswirkung auf Guthaben'],
    fr: ['Impact sur le solde'],
    es: ['Impacto en el saldo', 'Repercusión en el saldo'],
    it: ['Impatto sul saldo', 'Effetto sul saldo'],
    zh: ['余额影响', '对余额的影响', '餘額影響'],
  },
  id: {
    en: ['Transaction ID'],
    de: ['Transaktionscode'],
    fr: ['Numéro de transaction'],
    es: ['Id. de transacción', 'Id. de la transacción', 'Identificador de transacción'],
    it: ['Codice transazione', 'ID transazione'],
    zh: ['交易号', '交易编号', '交易ID', '交易識別碼', '交易編號'],
  },
  reference: {
    en: ['Reference Txn ID', 'Reference Transaction ID'],
    de: ['Zugehöriger Transaktionscode', 'Txn-Referenzkennung'],
    fr: [
      'Numéro de la transaction de référence',
      'Numéro de transaction de référence',
      'N° de transaction de référence',
    ],
    es: ['Id. de referencia de trans.', 'Id. de transacción de referencia'],
    it: ['Codice transazione di riferimento', 'ID transazione di riferimento'],
    zh: ['参考交易号', '参考交易编号', '参考交易ID', '參考交易編號'],
  },
  invoice: {
    en: ['Invoice Number', 'Invoice ID'],
    de: ['Rechnungsnummer'],
    fr: ['Numéro de facture', 'N° de facture', 'Identifiant de facture'],
    es: ['Número de factura', 'Id. de factura'],
    it: ['Numero fattura', 'ID fattura'],
    zh: ['账单号', '账单编号', '发票号', '发票编号', '帳單編號'],
  },
  custom: {
    en: ['Custom Number'],
    de: ['Individuelle Nummer', 'Zollnummer'],
    fr: ['Numéro de client', 'N° de client'],
    es: ['Número personalizado'],
    it: ['Numero personalizzato'],
    zh: ['自定义编号', '自定义号码', '自訂編號'],
  },
  subject: { en: ['Subject'], de: ['Betreff'], fr: ['Objet'], es: ['Asunto'], it: ['Oggetto'], zh: ['主题', '主旨'] },
  item: {
    en: ['Item Title'],
    de: ['Artikelbezeichnung'],
    fr: ["Titre de l'objet"],
    es: ['Título del artículo', 'Nombre del artículo'],
    it: ['Titolo oggetto', 'Nome oggetto'],
    zh: ['物品名称', '商品名称', '物品標題'],
  },
  code: {
    en: ['Transaction Event Code'],
    de: ['Transaktionsereigniscode'],
    fr: ['Code de transaction'],
    es: ['Código de evento de transacción'],
    it: ['Codice evento transazione'],
    zh: ['交易事件代码', '交易事件代碼'],
  },
  bank: {
    en: ['Bank Reference ID', 'Bank Reference'],
    de: ['Bankreferenz'],
    fr: ['Identifiant bancaire'],
    es: ['Id. de referencia bancaria'],
    it: ['ID riferimento bancario'],
    zh: ['银行参考号', '銀行參考編號'],
  },
  source: {
    en: ['Payment Source'],
    de: ['Zahlungsquelle'],
    fr: ['Source de paiement'],
    es: ['Origen del pago'],
    it: ['Fonte di pagamento'],
    zh: ['付款来源', '付款來源'],
  },
} as const satisfies Record<string, Readonly<Record<Language, readonly string[]>>>;
export type Word = keyof typeof COLUMNS;

/** Without which a header is none of an activity download. */
export const NEEDED: readonly Word[] = ['date', 'currency', 'gross', 'fee', 'net', 'id'];

/** How a local date is written where its parts alone do not tell, and the decimal sign. English exports follow the account. */
export const HABITS: Readonly<Record<Language, Readonly<{ days: 'dmy' | 'by_account'; decimal: 'comma' | 'point' }>>> =
  {
    en: { days: 'by_account', decimal: 'point' },
    de: { days: 'dmy', decimal: 'comma' },
    fr: { days: 'dmy', decimal: 'comma' },
    es: { days: 'dmy', decimal: 'comma' },
    it: { days: 'dmy', decimal: 'comma' },
    zh: { days: 'by_account', decimal: 'point' },
  };

/**
 * What a type means, first match first; patterns over small letters. A hold, its release and an authorisation come before what
 * they hold or release; a refund before a payment, because many languages build one word from the other.
 */
export const TYPES: ReadonlyArray<readonly [kind: Kind, words: Readonly<Record<Language, string>>]> = [
  [
    'transfer',
    {
      en: 'currency conversion',
      de: 'währungsumrechnung',
      fr: 'conversion',
      es: 'conversión',
      it: 'conversione',
      zh: '货币兑换|币种兑换|货币换算|貨幣兌換|貨幣換算',
    },
  ],
  [
    'adjustment',
    {
      en: 'authori[sz]ation|\\bhold\\b|\\breleased?\\b|reserve',
      de: 'autorisierung|einbehalt|freigabe|reserve|sperr',
      fr: 'autorisation|blocage|déblocage|réserve|suspen|libération|retenue|mise en attente',
      es: 'autorización|retención|reserva|bloqueo|desbloqueo|liberación',
      it: 'autorizzazione|trattenuta|riserva|blocco|sblocco|rilascio',
      zh: '授权|冻结|解冻|暂扣|保留|预留|释放|授權|凍結|保留款',
    },
  ],
  [
    'fee',
    {
      en: '\\bfees?\\b',
      de: 'gebühr|entgelt',
      fr: 'commission|frais',
      es: 'comisión|tarifa',
      it: 'tariff|commission',
      zh: '手续费|费用|服务费|手續費|費用',
    },
  ],
  [
    'adjustment',
    {
      en: 'chargeback.*(reversal|cancel|reimburse)|(reversal|cancel).*chargeback',
      de: 'chargeback.*(storn|aufheb)',
      fr: 'annulation.*(rétrofacturation|opposition)',
      es: '(anulación|cancelación).*contracargo',
      it: 'annullamento.*chargeback',
      zh: '(撤销|取消).*(退单|拒付)|(退单|拒付).*(撤销|取消)',
    },
  ],
  [
    'chargeback',
    {
      en: 'chargeback',
      de: 'chargeback|kreditkartenrückbuchung',
      fr: 'rétrofacturation|opposition|chargeback',
      es: 'contracargo|devolución de cargo|chargeback',
      it: 'chargeback|riaddebito',
      zh: '退单|拒付|退單',
    },
  ],
  [
    'refund',
    { en: 'refund', de: 'rückzahlung|erstattung', fr: 'remboursement', es: 'reembolso', it: 'rimborso', zh: '退款' },
  ],
  [
    'payout_return',
    {
      en: '(reversal|return|cancel).*withdrawal|withdrawal.*(reversal|return|cancel)',
      de: '(rück|storn).*(abbuchung|auszahlung|abhebung)',
      fr: 'annulation.*(virement|retrait)',
      es: '(anulación|cancelación).*(retirada|retiro|transferencia)',
      it: '(annullamento|storno).*prelievo',
      zh: '(退回|撤销|失败).*提现|提现.*(退回|撤销|失败)',
    },
  ],
  [
    'reversal',
    {
      en: 'reversal|reversed|cancel',
      de: 'rückbuchung|storn|aufhebung',
      fr: 'annulation|contrepassation',
      es: 'anulación|cancelación|reversión',
      it: 'annullamento|storno',
      zh: '撤销|冲正|取消|撤銷|沖正',
    },
  ],
  [
    'transfer',
    {
      en: 'deposit|add(ed)? funds|top.?up',
      de: 'gutschrift|einzahlung|aufladung|kreditkarte',
      fr: 'approvisionnement|dépôt|ajout de fonds',
      es: 'depósito|ingreso',
      it: 'deposito|versamento|ricarica',
      zh: '充值|存款|存入',
    },
  ],
  [
    'payout',
    {
      en: 'withdraw|transfer to (your )?bank',
      de: 'abbuchung|abhebung|auszahlung',
      fr: 'virement|retrait',
      es: 'retirada|retiro|transferencia',
      it: 'prelievo|trasferimento',
      zh: '提现|提款|提現',
    },
  ],
  [
    'payment',
    {
      en: 'payment|checkout|donation|sale|subscription|invoice|order',
      de: 'zahlung|spende|verkauf|abonnement|rechnung',
      fr: 'paiement|\\bdon\\b|vente|abonnement|facture',
      es: 'pago|donación|venta|suscripción|factura',
      it: 'pagamento|donazione|vendita|abbonamento|fattura',
      zh: '付款|支付|收款|捐款|销售|订阅|收單',
    },
  ],
];

/** What a state means for the money. What is refunded or reversed was paid before: its own row undoes it. */
export const STATES = {
  done: {
    en: 'complete|cleared|processed|\\bpaid\\b|refunded|reversed|returned|settled',
    de: 'abgeschlossen|erstattet|zurückgezahlt|rückgebucht|gutgeschrieben',
    fr: 'terminé|effectué|remboursé|traité|annulation effectuée',
    es: 'completad|reembolsad|procesad|abonad|pagad',
    it: 'complet|rimborsat|elaborat|pagat',
    zh: '已完成|完成|已退款|部分退款|已付|已结清',
  },
  failed: {
    en: 'denied|declined|failed|cancel|expired|void|removed|rejected|blocked',
    de: 'abgelehnt|fehlgeschlagen|storniert|abgebrochen|abgelaufen|aufgehoben|entfernt',
    fr: 'refusé|échou|annulé|expiré|rejeté',
    es: 'denegad|rechazad|fallid|cancelad|caducad|anulad|vencid',
    it: 'rifiutat|annullat|scadut|non riuscit|negat',
    zh: '拒绝|失败|取消|过期|撤销|作废',
  },
  pending: {
    en: 'pending|processing|held|on hold|unclaimed|uncleared|created|active|in progress|not yet available',
    de: 'ausstehend|offen|in bearbeitung|einbehalten|nicht abgeholt',
    fr: 'attente|en cours|suspendu|bloqué|non compensé',
    es: 'pendiente|en curso|retenid|en proceso',
    it: 'sospeso|in corso|in attesa|trattenut',
    zh: '待|处理中|等待|未决|暂扣',
  },
} as const satisfies Record<string, Readonly<Record<Language, string>>>;

/** The column that says whether a row moved the balance; what is neither is a memo. */
export const MOVES: Readonly<Record<Language, string>> = {
  en: 'credit|debit',
  de: 'haben|soll|gutschrift|belastung|credit|debit',
  fr: 'crédit|débit',
  es: 'crédito|débito|abono|cargo',
  it: 'credito|debito|accredito|addebito',
  zh: '贷记|借记|入账|出账|收入|支出|貸|借',
};
