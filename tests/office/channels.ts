import type { Area } from '../support/office.ts';

export const channels: Area = {
  pages: [{ path: '/app/channels', ready: '#content h1' }],
  steps() {},
};
