import type { Area } from '../support/office.ts';

export const ledger: Area = {
  pages: [{ path: '/app/ledger', ready: '#content h1' }],
  steps() {},
};
