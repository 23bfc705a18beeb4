/** The queue of differences; beside it, or on a phone in its place, the one that the address names. */
import './breaks.css';
import type { ReactElement } from 'react';
import { addWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { useRoute } from '../route.ts';
import { BreakQueue } from './break-queue.tsx';
import { filterIn } from './filter.ts';
import { words } from './words.ts';

addWords(words);

export default function Breaks({ me, path }: PageProps): ReactElement {
  const { query } = useRoute();
  const open = /^\/breaks\/([0-9a-f-]{36}\/\d{1,9})$/.exec(path)?.[1];
  return <BreakQueue me={me} filter={filterIn(query)} open={open} />;
}
