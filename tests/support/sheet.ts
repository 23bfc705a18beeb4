/** Writes small workbooks (.xlsx) part by part, so that tests can say exactly what stands in a cell. */
import { zipOf } from './zip.ts';

const MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

export type WorkbookParts = Readonly<{
  sheets: ReadonlyArray<Readonly<{ name?: string; state?: string; rows: string }>>;
  /** `<si>…</si>` elements. */
  strings?: readonly string[];
  /** The whole of xl/sharedStrings.xml instead. */
  sharedXml?: string;
  numFmts?: string;
  /** The number format of each cell style. */
  cellXfs?: readonly string[];
  date1904?: boolean;
}>;

export function sheetBytes(parts: WorkbookParts): Uint8Array {
  const part = (name: string, data: string) => ({ name: Buffer.from(name), data: Buffer.from(data) });
  const list = parts.sheets
    .map(
      (s, i) =>
        `<sheet name="${s.name ?? `Sheet${i + 1}`}" sheetId="${i + 1}"${s.state ? ` state="${s.state}"` : ''} r:id="rId${i + 1}"/>`,
    )
    .join('');
  const links = parts.sheets.map(
    (_, i) => `<Relationship Id="rId${i + 1}" Type="${LINKS}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  const xfs = (parts.cellXfs ?? ['0']).map((id) => `<xf numFmtId="${id}"/>`).join('');
  const shared = parts.sharedXml ?? `<sst ${MAIN}>${(parts.strings ?? []).join('')}</sst>`;
  return zipOf([
    part('[Content_Types].xml', '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    part(
      'xl/workbook.xml',
      `<workbook ${MAIN} xmlns:r="${LINKS}"><workbookPr date1904="${parts.date1904 ? 1 : 0}"/><sheets>${list}</sheets></workbook>`,
    ),
    part('xl/_rels/workbook.xml.rels', `<Relationships>${links.join('')}</Relationships>`),
    part('xl/styles.xml', `<styleSheet ${MAIN}>${parts.numFmts ?? ''}<cellXfs>${xfs}</cellXfs></styleSheet>`),
    ...parts.sheets.map((s, i) =>
      part(`xl/worksheets/sheet${i + 1}.xml`, `<worksheet ${MAIN}><sheetData>${s.rows}</sheetData></worksheet>`),
    ),
    part('xl/sharedStrings.xml', shared),
  ]);
}

/** A cell of `workbookOf`: text, a number as written with a style, or nothing. */
export type SheetCell = string | null | Readonly<{ number: string; style?: number }>;

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const letters = (column: number): string =>
  (column < 26 ? '' : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

/** One sheet; a null row is left out of the XML, as programs do with empty ones. */
export function workbookOf(
  rows: ReadonlyArray<readonly SheetCell[] | null>,
  styles: Pick<WorkbookParts, 'numFmts' | 'cellXfs'> = {},
): Uint8Array {
  const strings = new Map<string, number>();
  const indexOf = (text: string): number => {
    if (!strings.has(text)) strings.set(text, strings.size);
    return strings.get(text)!;
  };
  const xml = rows.map((cells, r) => {
    if (cells === null) return '';
    const inner = cells.map((cell, c) => {
      const place = `r="${letters(c)}${r + 1}"`;
      if (cell === null) return '';
      if (typeof cell === 'string') return `<c ${place} t="s"><v>${indexOf(cell)}</v></c>`;
      return `<c ${place} s="${cell.style ?? 0}"><v>${cell.number}</v></c>`;
    });
    return `<row r="${r + 1}">${inner.join('')}</row>`;
  });
  const list = [...strings.keys()].map((text) => `<si><t xml:space="preserve">${escaped(text)}</t></si>`);
  return sheetBytes({ ...styles, strings: list, sheets: [{ rows: xml.join('') }] });
}
