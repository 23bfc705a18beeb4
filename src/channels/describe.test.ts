/** What is told to whoever connects an account agrees with what the channel's code reads. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { settingsOf } from './describe.ts';
import { CHANNELS } from './registry.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

for (const channel of CHANNELS) {
  const { id, description, credentials } = channel;
  const code = globSync(`src/channels/${id}/*.ts`, { cwd: ROOT })
    .filter((file) => !/(describe|settings|\.test)\.ts$/.test(file))
    .map(read)
    .join('\n');

  test(`${id}: every setting and credential is described, and read by its code`, () => {
    const settings = settingsOf(channel.settings);
    assert.deepEqual(sorted(Object.keys(description.settings)), sorted(settings.map((s) => s.key)));
    assert.deepEqual(sorted(Object.keys(description.credentials)), sorted(Object.keys(credentials)));
    for (const [, name] of code.matchAll(/\.settings\.(\w+)/g))
      assert.ok(name! in description.settings, `${id} reads the setting ${name}`);
    for (const [, kind] of code.matchAll(/\bkind === '(\w+_\w+)'/g))
      assert.ok(kind! in description.credentials, `${id} reads the credential ${kind}`);
    for (const kind of Object.keys(credentials))
      assert.ok(code.includes(`'${kind}'`), `nothing reads ${kind} of ${id}`);
  });

  test(`${id}: a value of a list has its words, and a pattern fits its own example`, () => {
    for (const { key, values } of settingsOf(channel.settings))
      assert.deepEqual(sorted(Object.keys(description.settings[key]!.options ?? {})), sorted(values ?? []), key);
    const named = Object.values(description.credentials).flatMap((c) => (c.named === undefined ? [] : [c.named]));
    const fields = [
      description.merchantNo,
      description.subMerchantNo,
      ...Object.values(description.settings),
      ...named,
    ];
    for (const field of fields)
      if (field?.pattern !== undefined && field.example?.includes('…') === false)
        assert.match(field.example, new RegExp(`^(?:${field.pattern})$`), field.title.en);
  });

  test(`${id}: its page of the documentation names each of them, in both languages`, () => {
    for (const page of [`docs/channels/${id}.md`, `docs/channels/${id}.zh-CN.md`]) {
      const text = read(page);
      for (const name of [...Object.keys(description.settings), ...Object.keys(credentials)])
        if (description.credentials[name]?.need !== 'fetched') assert.ok(text.includes(name), `${page}: ${name}`);
    }
  });
}
