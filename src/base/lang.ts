/** The two interface languages, equal in rank. A sentence exists in both or it does not exist: `Text` has no optional half. */
export type Lang = 'zh' | 'en';
export type Text = Readonly<Record<Lang, string>>;

/** `zh-CN`, `zh_CN.UTF-8`, `en` … → the interface language; anything that is not Chinese reads English. */
export function langOf(tag: string | undefined): Lang {
  return tag !== undefined && /^zh/i.test(tag) ? 'zh' : 'en';
}

/** A language the user names: `zh`, `en`, also as `zh-CN`. Undefined for any other. */
export const langNamed = (tag: string | undefined): Lang | undefined =>
  tag !== undefined && /^(zh|en)([-_.].*)?$/i.test(tag) ? langOf(tag) : undefined;

/** Fills `{name}` places. A name without a value stays visible: a hole in a sentence is a bug to see, not to hide. */
export function fill(sentence: string, values: Readonly<Record<string, string | number | bigint>>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}
