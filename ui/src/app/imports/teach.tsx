/** Which files, and where they are downloaded: what an accountant needs before the first one is here. */
import type { ReactElement } from 'react';
import { type Text, useWords } from '../../base/lang.ts';
import { PROVIDERS } from '../../base/parts.tsx';
import type { ImportsKey } from './words.ts';

type Source = Readonly<{ name: Text; files: Text; from: Text }>;
const OURS: Source = {
  name: { zh: '自己的订单', en: 'Your own orders' },
  files: { zh: '收银系统或商城的订单导出,CSV 或 Excel', en: 'The order export of your till or shop, CSV or Excel' },
  from: {
    zh: '列名怎么写都行;认不出时说明一次,以后自动读懂',
    en: 'Any names of columns; if they are not understood, say once what they mean',
  },
};
const BANK: Source = {
  name: { zh: '银行', en: 'The bank' },
  files: {
    zh: '收款账户的流水:CSV、Excel、camt、MT940、OFX、BAI2',
    en: 'The statement: CSV, Excel, camt, MT940, OFX, BAI2',
  },
  from: {
    zh: '企业网银 → 账户明细 → 导出,含次日(结算多在 T+1 到账)',
    en: 'Online banking → transactions → export, with the day after: payouts come on T+1',
  },
};
const CHANNELS: Readonly<Record<string, Omit<Source, 'name'>>> = {
  wechatpay: {
    files: { zh: '交易账单(全部)与资金账单', en: 'Trade bill (ALL) and fund-flow bill' },
    from: {
      zh: '商户平台 → 交易中心 → 账单下载;次日 10 点后可取,接口可回取 3 个月',
      en: 'Merchant platform → 交易中心 → 账单下载; after 10:00 the next day, by API three months back',
    },
  },
  alipay: {
    files: { zh: '业务账单与账务账单,zip 原样放入', en: 'Trade bill and account ledger; drop the zip as it is' },
    from: { zh: '商家平台 → 对账中心 → 账单下载', en: 'Merchant portal → 对账中心 → 账单下载' },
  },
  unionpay: {
    files: { zh: '对账文件 ZM,差错文件 ZME,zip 原样放入', en: 'Settlement files ZM and ZME; drop the zip as it is' },
    from: { zh: '商户服务平台 → 对账文件下载', en: 'Merchant service platform → reconciliation files' },
  },
  lakala: {
    files: { zh: '合同约定的对账文件', en: 'The bill your contract describes' },
    from: {
      zh: '由拉卡拉按合同提供;版式不公开,第一次说明各列含义',
      en: 'Delivered by contract; its layout is not public, so say once what its columns mean',
    },
  },
  stripe: {
    files: { zh: '余额变动与出款对账报表(CSV)', en: 'Balance and payout reconciliation reports (CSV)' },
    from: { zh: 'Dashboard → Reports', en: 'Dashboard → Reports' },
  },
  adyen: {
    files: { zh: 'Settlement details report(CSV 或 Excel)', en: 'Settlement details report (CSV or Excel)' },
    from: { zh: 'Customer Area → Reports', en: 'Customer Area → Reports' },
  },
  paypal: {
    files: { zh: '结算报告 STL 或账户活动(CSV)', en: 'Settlement report STL, or activity download (CSV)' },
    from: { zh: 'PayPal → 报告;STL 也可由 SFTP 取', en: 'PayPal → Reports; STL also by SFTP' },
  },
};

export function Teach({ isOpen }: Readonly<{ isOpen: boolean }>): ReactElement {
  const { t } = useWords<ImportsKey>();
  return (
    <details className="teach" open={isOpen}>
      <summary>
        <h2>{t('imports.which')}</h2>
      </summary>
      <p className="soft">{t('imports.whichHint')}</p>
      <ol className="sides">
        <li>
          <h3>{t('imports.side.orders')}</h3>
          <Way {...OURS} />
        </li>
        <li>
          <h3>{t('imports.side.channel')}</h3>
          {Object.entries(CHANNELS).map(([provider, way]) => (
            <Way key={provider} name={PROVIDERS[provider]!} {...way} />
          ))}
        </li>
        <li>
          <h3>{t('imports.side.bank')}</h3>
          <Way {...BANK} />
        </li>
      </ol>
    </details>
  );
}

function Way({ name, files, from }: Source): ReactElement {
  const { both } = useWords();
  return (
    <div className="source">
      <strong>{both(name)}</strong>
      <p>{both(files)}</p>
      <p className="soft">{both(from)}</p>
    </div>
  );
}
