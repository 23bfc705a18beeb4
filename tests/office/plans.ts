import type { Area } from '../support/office.ts';

export const plans: Area = {
  pages: [{ path: '/app/plans', ready: '#content h1' }],
  steps() {},
};
