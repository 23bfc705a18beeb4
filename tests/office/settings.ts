import type { Area } from '../support/office.ts';

export const settings: Area = {
  pages: [{ path: '/app/settings', ready: '#content h1' }],
  steps() {},
};
