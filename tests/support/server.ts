/** What `npm test` (`tests/run.ts`) starts before all tests: one PostgreSQL for the run instead of one a test file. */
import type { Embedded } from '../../src/db/embedded.ts';
import { share, startServer } from './database.ts';

let running: Embedded | undefined;

export async function globalSetup(): Promise<void> {
  const { server, embedded } = await startServer();
  running = embedded;
  share(server);
}

export async function globalTeardown(): Promise<void> {
  await running?.stop();
}
