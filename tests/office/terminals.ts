import type { Area } from '../support/office.ts';

export const terminals: Area = {
  pages: [{ path: '/app/terminals', ready: '#content h1' }],
  steps() {},
};
