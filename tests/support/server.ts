/** What `npm test` (`tests/run.ts`) starts before all tests: one PostgreSQL for the run instead of one a test file. */
import { share, startServer } from './database.ts';

let stop: (() => Promise<void>) | undefined;

export async function globalSetup(): Promise<void> {
  const started = await startServer();
  stop = started.stop;
  share(started.server);
}

export async function globalTeardown(): Promise<void> {
  await stop?.();
}
