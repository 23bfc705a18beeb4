/** HTML from values: whatever is filled in is text, unless it was made here. */
export type Html = Readonly<{ html: string }>;
type Value = string | number | Html | undefined | false | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!);

const filled = (value: Value): string => {
  if (value === undefined || value === false) return '';
  if (typeof value === 'object') return 'html' in value ? value.html : value.map((v) => v.html).join('');
  return escaped(String(value));
};

export const html = (parts: TemplateStringsArray, ...values: readonly Value[]): Html => ({
  html: parts.map((part, i) => part + (i < values.length ? filled(values[i]) : '')).join(''),
});
