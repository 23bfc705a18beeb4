/**
 * ISO 4217 currencies and their exponents (the number of decimals of the minor unit).
 * Source: ISO 4217 list one. Only exponents other than 2 are listed; an unknown three-letter code is refused, never guessed.
 */
const CODES =
  'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG';

/** Withdrawn codes that old statements still carry. */
const WITHDRAWN =
  'ANG ATS BEF BGN DEM ESP FIM FRF GRD HRK IEP ITL LTL LUF LVL NLG PTE SIT SKK EEK MTL CYP TRL VEF MRO STD ZWL SLL CUC';

const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  ITL: 0,
  BEF: 0,
  ESP: 0,
  LUF: 0,
  PTE: 0,
  TRL: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  CLF: 4,
  UYW: 4,
};

const KNOWN: ReadonlySet<string> = new Set(`${CODES} ${WITHDRAWN}`.split(' '));

export type Currency = string;

/** True for a current or withdrawn ISO 4217 code in capitals. */
export function isCurrency(code: string): boolean {
  return KNOWN.has(code);
}

/** Decimals of the minor unit: CNY 2, JPY 0, KWD 3, CLF 4. `undefined` when the code is not ISO 4217. */
export function exponentOf(code: Currency): number | undefined {
  return KNOWN.has(code) ? (EXPONENTS[code] ?? 2) : undefined;
}

/** Every code whose exponent is not 2, for the SQL macro that has to know the same table. */
export function exponentTable(): ReadonlyArray<readonly [code: string, exponent: number]> {
  return Object.entries(EXPONENTS);
}

/** All known codes, for the SQL macro that refuses the others. */
export function currencyCodes(): readonly string[] {
  return [...KNOWN];
}
