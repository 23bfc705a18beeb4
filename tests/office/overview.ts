import type { Area } from '../support/office.ts';

export const overview: Area = {
  pages: [{ path: '/app/overview', ready: '#content h1' }],
  steps() {},
};
