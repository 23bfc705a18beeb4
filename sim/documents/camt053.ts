/**
 * A bank statement as ISO 20022 camt.053.001.08: one statement, opening and closing booked balance, one entry per movement
 * with its remittance text. Source: ISO 20022 message definition BankToCustomerStatementV08.
 */
import { decimalText } from '../../src/base/money.ts';
import { type BankEntry, type Statement, sum } from './domain.ts';
import { dateText, utf8 } from './text.ts';

export function camt053(statement: Statement): Uint8Array {
  const { account, currency, from, to, opening, entries } = statement;
  const closing = opening + sum(entries, (e) => e.amount);
  const id = `${account.slice(-6)}-${dateText(to)}`;
  return utf8(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
 <BkToCstmrStmt>
  <GrpHdr><MsgId>${id}</MsgId><CreDtTm>${dateText(to)}T23:59:59+08:00</CreDtTm></GrpHdr>
  <Stmt>
   <Id>${id}</Id>
   <ElctrncSeqNb>${to.dayOfYear}</ElctrncSeqNb>
   <CreDtTm>${dateText(to)}T23:59:59+08:00</CreDtTm>
   <FrToDt><FrDtTm>${dateText(from)}T00:00:00+08:00</FrDtTm><ToDtTm>${dateText(to)}T23:59:59+08:00</ToDtTm></FrToDt>
   <Acct><Id><Othr><Id>${account}</Id></Othr></Id><Ccy>${currency}</Ccy><Ownr><Nm>${xml(statement.owner)}</Nm></Ownr></Acct>
${balance('OPBD', opening, from, currency)}
${balance('CLBD', closing, to, currency)}
${entries.map((e) => entry(e, currency)).join('\n')}
  </Stmt>
 </BkToCstmrStmt>
</Document>
`);
}

const side = (minor: bigint): string => (minor < 0n ? 'DBIT' : 'CRDT');
const amount = (minor: bigint, currency: string): string =>
  `<Amt Ccy="${currency}">${decimalText(minor < 0n ? -minor : minor, currency)}</Amt><CdtDbtInd>${side(minor)}</CdtDbtInd>`;

const balance = (code: string, minor: bigint, on: Temporal.PlainDate, currency: string): string =>
  `   <Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp>${amount(minor, currency)}<Dt><Dt>${dateText(on)}</Dt></Dt></Bal>`;

function entry(e: BankEntry, currency: string): string {
  // A reversal names the parties of the entry it undoes.
  const out = e.undoes ? e.amount >= 0n : e.amount < 0n;
  const party = out ? 'Cdtr' : 'Dbtr';
  return `   <Ntry>
    ${amount(e.amount, currency)}${e.undoes ? '<RvslInd>true</RvslInd>' : ''}<Sts><Cd>BOOK</Cd></Sts>
    <BookgDt><Dt>${dateText(e.on)}</Dt></BookgDt><ValDt><Dt>${dateText(e.valueOn ?? e.on)}</Dt></ValDt>
    <AcctSvcrRef>${xml(e.ref)}</AcctSvcrRef>
    <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>${e.amount < 0n ? 'ICDT' : 'RCDT'}</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>
    <NtryDtls><TxDtls>
     <Refs><AcctSvcrRef>${xml(e.ref)}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>
     <RltdPties><${party}><Pty><Nm>${xml(e.party)}</Nm></Pty></${party}></RltdPties>
     <RmtInf><Ustrd>${xml(e.text)}</Ustrd></RmtInf>
    </TxDtls></NtryDtls>
   </Ntry>`;
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
