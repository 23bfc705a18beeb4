/**
 * Bodies as JSON, read strictly (RFC 8259, I-JSON RFC 7493): UTF-8 that is whole, and no member twice, because two readers of such a
 * body see two different orders. Cost: one pass over the text, at most the body limit.
 */
import { DaozhangError } from '../base/errors.ts';
import type { Api } from './server.ts';

export function strictJson(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(body as Buffer);
    } catch {
      return done(new DaozhangError('api.bad_request', { reason: 'the body is no UTF-8' }));
    }
    return parse(request, text, (error, value) => {
      if (error !== null) return done(new DaozhangError('api.bad_request', { reason: error.message }));
      const twice = repeatedMember(text);
      if (twice !== undefined)
        return done(new DaozhangError('api.bad_request', { reason: `“${twice.slice(0, 80)}” stands twice` }));
      return done(null, value);
    });
  });
}

/** A member that stands twice in one object of this text, which is JSON. */
export function repeatedMember(json: string): string | undefined {
  const open: Array<Set<string> | undefined> = [];
  for (let i = 0; i < json.length; i += 1) {
    const c = json[i];
    if (c === '{') open.push(new Set());
    else if (c === '[') open.push(undefined);
    else if (c === '}' || c === ']') open.pop();
    else if (c === '"') {
      const from = i;
      for (i += 1; json[i] !== '"'; i += 1) if (json[i] === '\\') i += 1;
      let next = i + 1;
      while (/\s/.test(json[next] ?? '')) next += 1;
      if (json[next] !== ':') continue;
      const name = JSON.parse(json.slice(from, i + 1)) as string;
      const names = open.at(-1)!;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}
