/** The OpenAPI document of the server as it stands, without starting it: no route is called. */
import { randomBytes } from 'node:crypto';
import { buildServer, type Serving } from '../../src/api/server.ts';
import { version } from '../../src/base/root.ts';

export type Operation = Readonly<{
  summary?: string;
  tags?: readonly string[];
  security?: readonly unknown[];
  parameters?: ReadonlyArray<Readonly<{ name: string; in: string }>>;
  requestBody?: unknown;
  responses: Readonly<Record<string, unknown>>;
}>;
export type OpenApi = Readonly<{
  openapi: string;
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components?: Readonly<{ schemas?: Readonly<Record<string, unknown>> }>;
}>;

export async function openApi(): Promise<OpenApi> {
  // Building the server reads its routes; nothing behind them is touched.
  const nothing = new Proxy({}, { get: () => () => assertUnused() }) as unknown as Serving;
  const api = await buildServer({ ...bare(nothing), version: version(), log: false, trustProxy: [] });
  await api.ready();
  const document = api.swagger() as unknown as OpenApi;
  await api.close();
  return document;
}

const assertUnused = (): never => {
  throw new Error(`nothing is called while the document is made (${randomBytes(2).toString('hex')})`);
};
const bare = (nothing: Serving): Serving =>
  ({
    ...Object.fromEntries(
      ['book', 'accounts', 'io', 'follow', 'pace', 'vault', 'archive', 'inbox', 'metrics', 'publicUrl', 'told'].map(
        (name) => [name, nothing],
      ),
    ),
  }) as unknown as Serving;

export const openApiText = async (): Promise<string> => `${JSON.stringify(await openApi(), null, 1)}\n`;
