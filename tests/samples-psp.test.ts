/**
 * What the global PSPs send to an interface: objects of an API and notifications, as their client libraries publish them. None
 * is a document of payments to be counted, and none may be taken for one.
 */
import { sampleTests } from './support/samples.ts';

sampleTests(
  [
    'stripe/dj-stripe+dj-stripe/payout_custom_card.json',
    'stripe/dj-stripe+dj-stripe/charge_ch_fakefakefakefakefake0001.json',
    'adyen/Adyen+adyen-node-api-library/notification/captureTrue.json',
    'adyen/Adyen+adyen-node-api-library/notification/refundFalse.json',
    'adyen/Adyen+adyen-node-api-library/clouddevice/payment-sync-error.json',
  ].map((file) => ({ file, refused: 'file.unknown_format' })),
);
