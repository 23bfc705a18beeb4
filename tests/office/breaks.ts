import type { Area } from '../support/office.ts';

export const breaks: Area = {
  pages: [{ path: '/app/breaks', ready: '#content h1' }],
  steps() {},
};
