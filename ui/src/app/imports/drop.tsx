/** Where files come in: dropped anywhere on the page, chosen, or pasted; folders are walked through. */
import { Button } from 'antd';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useWords } from '../../base/lang.ts';
import { bring } from './queue.ts';
import type { ImportsKey } from './words.ts';

/** What systems leave in folders. */
const isNoise = (name: string): boolean => /^\.|^~\$|^(Thumbs\.db|desktop\.ini)$/i.test(name);

const fileOf = (entry: FileSystemFileEntry): Promise<File> => new Promise((done, fail) => entry.file(done, fail));
const someOf = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((done, fail) => reader.readEntries(done, fail));

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (isNoise(entry.name)) return [];
  if (entry.isFile) return [await fileOf(entry as FileSystemFileEntry)];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: File[] = [];
  // A reader gives a hundred at a time, and none at the end.
  for (let some = await someOf(reader); some.length > 0; some = await someOf(reader))
    for (const inner of some) found.push(...(await filesOf(inner)));
  return found;
}

async function dropped(data: DataTransfer): Promise<File[]> {
  // The entries are gone after the first wait.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return [...data.files];
  return (await Promise.all(entries.map(filesOf))).flat();
}

const hasFiles = (data: DataTransfer | null): boolean => data?.types.includes('Files') === true;

/** The whole page takes files while this stands. */
function useDrops(): boolean {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const turn = (by: number): void => {
      depth = Math.max(0, depth + by);
      setOver(depth > 0);
    };
    const enter = (event: DragEvent): void => {
      if (hasFiles(event.dataTransfer)) turn(1);
    };
    const leave = (event: DragEvent): void => {
      if (hasFiles(event.dataTransfer)) turn(-1);
    };
    const over = (event: DragEvent): void => {
      if (hasFiles(event.dataTransfer)) event.preventDefault();
    };
    const drop = (event: DragEvent): void => {
      if (event.dataTransfer === null || !hasFiles(event.dataTransfer)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      void dropped(event.dataTransfer).then(bring);
    };
    const paste = (event: ClipboardEvent): void => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) bring(files);
    };
    addEventListener('dragenter', enter);
    addEventListener('dragleave', leave);
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    addEventListener('paste', paste);
    return () => {
      removeEventListener('dragenter', enter);
      removeEventListener('dragleave', leave);
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
      removeEventListener('paste', paste);
    };
  }, []);
  return isOver;
}

export function Drop({ isSmall }: Readonly<{ isSmall: boolean }>): ReactElement {
  const { t } = useWords<ImportsKey>();
  const isOver = useDrops();
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = (input: HTMLInputElement): void => {
    bring([...(input.files ?? [])].filter((file) => !isNoise(file.name)));
    input.value = '';
  };
  return (
    <div className={`drop${isSmall ? ' is-small' : ''}${isOver ? ' is-over' : ''}`}>
      <svg viewBox="0 0 48 48" width="44" height="44" aria-hidden="true" className="drop-sign">
        <path d="M13 6h15l9 9v27H13z" />
        <path d="M28 6v9h9" />
        <path d="M25 21v14m-6-6 6 6 6-6" />
      </svg>
      <div className="drop-words">
        <p className="drop-title">{t(isOver ? 'imports.letGo' : 'imports.drop')}</p>
        <p className="soft">{t('imports.dropHint')}</p>
      </div>
      <div className="drop-acts">
        <Button type="primary" size={isSmall ? 'middle' : 'large'} onClick={() => files.current?.click()}>
          {t('imports.choose')}
        </Button>
        <Button size={isSmall ? 'middle' : 'large'} onClick={() => folder.current?.click()}>
          {t('imports.chooseFolder')}
        </Button>
      </div>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label={t('imports.choose')}
        onChange={(event) => take(event.target)}
      />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label={t('imports.chooseFolder')}
        {...{ webkitdirectory: '' }}
        onChange={(event) => take(event.target)}
      />
    </div>
  );
}
