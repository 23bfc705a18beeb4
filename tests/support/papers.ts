/** Reads back a workbook that was written here, through the reader that documents go through. */
import { CHINA } from '../../src/base/time.ts';
import { inputOf, workspace } from '../../src/files/open.ts';
import { readSheets, type Sheet } from '../../src/files/sheet.ts';

/** The first sheet; cells are exact text, null where empty. */
export async function readCells(bytes: Uint8Array): Promise<Sheet> {
  const space = await workspace();
  try {
    return (await readSheets(await inputOf(bytes, space, CHINA)))[0]!;
  } finally {
    await space.remove();
  }
}
