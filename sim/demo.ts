/** The demo of `serve --demo`: the street, at its own pace, in the data folder of the book. */
import type { StartDemo } from '../src/cli/serve.ts';
import { startStreet } from './street/street.ts';

export const startDemo: StartDemo = (options) => startStreet(options);
