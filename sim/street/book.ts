/** Daozhang as the street meets it: over its HTTP API, like any merchant's system. */

export type BookApi = Readonly<{
  url: string;
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  bring(name: string, bytes: Uint8Array): Promise<string>;
}>;

export function bookAt(url: string, key: string): BookApi {
  const authorization = `Bearer ${key}`;
  const send = async <T>(method: string, path: string, type?: string, body?: string | Uint8Array): Promise<T> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization, ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: body as string }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  return {
    url,
    call: (method, path, body) =>
      body === undefined ? send(method, path) : send(method, path, 'application/json', JSON.stringify(body)),
    async bring(name, bytes) {
      const path = `/v1/documents?${new URLSearchParams({ name })}`;
      return (await send<{ id: string }>('POST', path, 'application/octet-stream', bytes)).id;
    },
  };
}
