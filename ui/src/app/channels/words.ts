/** The words of this page, each in both languages. */
export const words = {
  'channels.title': { zh: '渠道', en: 'Channels' },
} as const;
export type ChannelsKey = keyof typeof words;
