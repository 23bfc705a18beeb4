/** Names for what is asked, so that a second press, or a try after silence, asks once. Also on a page that is not on https. */
export const newKey = (): string =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
