import { sampleTests } from './support/samples.ts';

const at = (name: string): string => `wechat-merchant/gunsluo+wechatpay-go/${name}`;

sampleTests([
  { file: at('tradebill-01.csv'), parses: 'wechatpay-trade', lines: 3 },
  // One cell reads a0.00.
  { file: at('tradebill-04.csv'), refused: 'file.bad_rows' },
  { file: at('tradebill-05.csv'), parses: 'wechatpay-trade', lines: 2 },
  { file: at('tradebill-06.csv'), refused: 'file.bad_rows' },
  { file: at('tradebill-07.csv'), parses: 'wechatpay-trade', lines: 1 },
  // The last value of the summary row has lost its back-tick, so it has six values under seven names; a cell reads a0.01, too.
  { file: at('tradebill-08.csv'), refused: 'file.cut' },
  // The summary says three movements, one of them in: that row was taken out. Its balances alone would not tell.
  { file: at('fundflow-09.csv'), refused: 'file.check_failed' },
  // The same, and a sum that reads a0.02.
  { file: at('fundflow-10.csv'), refused: 'file.check_failed' },
  // A notification and a certificate are no documents: they say nothing about a day's money.
  { file: at('notify-vector.json'), refused: 'file.unknown_format' },
  { file: at('mock_cert.pem'), refused: 'file.unknown_format' },
]);
