/** The queue of differences; beside it, or on a phone in its place, the one that the address names. */
import './breaks.css';
import type { ReactElement } from 'react';
import { addWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { useRoute } from '../route.ts';
import { filterIn } from './filter.ts';
import { Queue } from './queue.tsx';
import { words } from './words.ts';

addWords(words);

export default function Breaks({ me, path }: PageProps): ReactElement {
  const { query } = useRoute();
  const [, run, n] = /^\/breaks\/([0-9a-f-]{36})\/(\d{1,9})$/.exec(path) ?? [];
  return (
    <Queue me={me} filter={filterIn(query)} open={run === undefined || n === undefined ? undefined : { run, n }} />
  );
}
