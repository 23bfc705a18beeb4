import type { Area } from '../support/office.ts';

export const imports: Area = {
  pages: [{ path: '/app/imports', ready: '#content h1' }],
  steps() {},
};
