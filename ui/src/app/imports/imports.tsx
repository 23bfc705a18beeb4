/** Imports: bring documents, see at once what each is, and reconcile them. The list, or one document where the address names one. */
import './imports.css';
import { lazy, type ReactElement } from 'react';
import { addWords } from '../../base/lang.ts';
import type { PageProps } from '../pages.ts';
import { List } from './list.tsx';
import { words } from './words.ts';

addWords(words);

const DocumentPage = lazy(() => import('./document.tsx'));
const Mappings = lazy(() => import('./mappings.tsx'));

export default function Imports({ me, path }: PageProps): ReactElement {
  if (path === '/imports/mappings') return <Mappings me={me} />;
  const id = /^\/imports\/([0-9a-f-]{36})$/.exec(path)?.[1];
  return id === undefined ? <List me={me} /> : <DocumentPage id={id} me={me} key={id} />;
}
