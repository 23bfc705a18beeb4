import type { Area } from '../support/office.ts';

export const reconcile: Area = {
  pages: [{ path: '/app/reconciliations', ready: '#content h1' }],
  steps() {},
};
