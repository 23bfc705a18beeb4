/**
 * Writes an office workbook (.xlsx) whose amounts are exact: a number cell is decimal text in XML, and the text of the amount
 * goes there as it is. A library that takes JavaScript numbers would put a float in between, so there is none here.
 *
 * A spreadsheet keeps 15 digits of a number and changes the others without a word. An amount with more stands as text, whole.
 * Text is never a formula (F36): it is an inline string in a text format, so it stays text when somebody edits the cell; no
 * formula element is ever written. What XML 1.0 forbids is replaced by U+FFFD. The same sheets give the same bytes.
 *
 * Source: ISO/IEC 29500-1 (SpreadsheetML), parts and their order. O(cells) time; the sheet's XML is held in memory.
 */
import { type ZipPart, zipOf, zipStream } from '../../base/zip.ts';

export type Look = Readonly<{
  bold?: boolean;
  /** Points. */
  size?: number;
  /** `RRGGBB`. */
  fill?: string;
  align?: 'left' | 'center' | 'right';
  wrap?: boolean;
  /** All four sides. */
  border?: boolean;
}>;

/** `amount` is plain decimal text and keeps its decimals; `date` is `YYYY-MM-DD`. A bare look is an empty cell that is drawn. */
export type Cell =
  | null
  | (Look & Readonly<{ text: string } | { amount: string } | { count: number } | { date: string } | { empty: true }>);

export type Sheet = Readonly<{
  /** Made to fit: no more than 31 characters, none of `[]:*?/\`, and no two alike. */
  name: string;
  /** Columns in characters of the default font. */
  widths: readonly number[];
  rows: readonly (readonly Cell[])[];
  /** Rows on top that stay on screen and are printed on every page. */
  headerRows?: number;
  /** The last header row and what is below it can be filtered; `rows` below that do not belong (a note) are not. */
  filterTo?: number;
  /** Cells that are one, e.g. `A1:J1`. */
  merges?: readonly string[];
}>;

/** A spreadsheet refuses longer cells. */
const MOST_CHARACTERS = 32_767;
/** A cell in text format longer than this is shown as #### by some spreadsheets. */
const TEXT_FORMAT_CHARACTERS = 255;
const EXACT_DIGITS = 15;
/** No spreadsheet opens more. */
const MOST_SHEET_ROWS = 1_048_576;

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const LINKS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPES = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export function workbookBytes(sheets: readonly Sheet[], font: string): Uint8Array {
  const styles = styleBook(font);
  const names = sheetNames(sheets.map((s) => s.name));
  // The cells come first: they tell which styles there are.
  const bodies = sheets.map((sheet, i) => sheetXml(sheet, styles.of, i === 0));
  const part = (name: string, xml: string) => ({ name: Buffer.from(name), data: Buffer.from(HEAD + xml) });
  return zipOf([
    part('[Content_Types].xml', contentTypes(sheets.length)),
    part('_rels/.rels', packageLinks()),
    part('xl/workbook.xml', workbookXml(sheets, names)),
    part('xl/_rels/workbook.xml.rels', workbookLinks(sheets.length)),
    part('xl/styles.xml', styles.xml()),
    ...bodies.map((xml, i) => part(`xl/worksheets/sheet${i + 1}.xml`, xml)),
  ]);
}

/** One sheet of any length, row by row as they come: what is held is a row and the styles. The last header row can be filtered. */
export async function* workbookStream(
  sheet: Readonly<{
    name: string;
    widths: readonly number[];
    header: readonly Cell[];
    rows: AsyncIterable<readonly Cell[]>;
  }>,
  font: string,
): AsyncGenerator<Uint8Array> {
  const styles = styleBook(font);
  let count = 1;
  const shape = (): Sheet => ({ ...sheet, rows: { length: count } as Sheet['rows'], headerRows: 1, filterTo: count });
  const body = async function* (): AsyncGenerator<string> {
    yield HEAD + sheetTop(shape(), true, false) + rowXml(sheet.header, 0, styles.of);
    for await (const cells of sheet.rows) {
      yield rowXml(cells, count, styles.of);
      count += 1;
      if (count === MOST_SHEET_ROWS) break;
    }
    yield sheetEnd(shape());
  };
  // What depends on the rows comes after them.
  const late = function* (make: () => string): Generator<string> {
    yield HEAD + make();
  };
  const parts: ZipPart[] = [
    { name: '[Content_Types].xml', text: late(() => contentTypes(1)) },
    { name: '_rels/.rels', text: late(packageLinks) },
    { name: 'xl/_rels/workbook.xml.rels', text: late(() => workbookLinks(1)) },
    { name: 'xl/worksheets/sheet1.xml', text: body() },
    { name: 'xl/workbook.xml', text: late(() => workbookXml([shape()], sheetNames([sheet.name]))) },
    { name: 'xl/styles.xml', text: late(styles.xml) },
  ];
  yield* zipStream(parts);
}

// ---------------------------------------------------------------- package

const numbers = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

function contentTypes(sheets: number): string {
  const override = (name: string, type: string) =>
    `<Override PartName="/xl/${name}" ContentType="${TYPES}.${type}+xml"/>`;
  return `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('workbook.xml', 'sheet.main')}${override('styles.xml', 'styles')}${numbers(
    sheets,
  )
    .map((n) => override(`worksheets/sheet${n}.xml`, 'worksheet'))
    .join('')}</Types>`;
}

const link = (n: number, type: string, target: string): string =>
  `<Relationship Id="rId${n}" Type="${LINKS}/${type}" Target="${target}"/>`;

const packageLinks = (): string =>
  `<Relationships xmlns="${PACKAGE}/relationships">${link(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>`;

function workbookLinks(sheets: number): string {
  const list = numbers(sheets).map((n) => link(n, 'worksheet', `worksheets/sheet${n}.xml`));
  return `<Relationships xmlns="${PACKAGE}/relationships">${list.join('')}${link(sheets + 1, 'styles', 'styles.xml')}</Relationships>`;
}

function workbookXml(sheets: readonly Sheet[], names: readonly string[]): string {
  const list = names.map((name, i) => `<sheet name="${escaped(name)}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`);
  const defined = sheets.flatMap((sheet, i) => {
    const place = `'${names[i]!.replaceAll("'", "''")}'!`;
    const filter = filterOf(sheet);
    return [
      ...(filter === undefined
        ? []
        : [
            `<definedName name="_xlnm._FilterDatabase" localSheetId="${i}" hidden="1">${escaped(place + absolute(filter))}</definedName>`,
          ]),
      ...(sheet.headerRows === undefined
        ? []
        : [
            `<definedName name="_xlnm.Print_Titles" localSheetId="${i}">${escaped(`${place}$1:$${sheet.headerRows}`)}</definedName>`,
          ]),
    ];
  });
  const names_ = defined.length > 0 ? `<definedNames>${defined.join('')}</definedNames>` : '';
  return `<workbook xmlns="${MAIN}" xmlns:r="${LINKS}"><bookViews><workbookView/></bookViews><sheets>${list.join('')}</sheets>${names_}</workbook>`;
}

const absolute = (range: string): string => range.replace(/([A-Z]+)(\d+)/g, '$$$1$$$2');

const NAME_CHARACTERS = 31;

function sheetNames(wanted: readonly string[]): string[] {
  const taken = new Set<string>();
  return wanted.map((text) => {
    const base =
      cleaned(text)
        .replace(/[[\]:*?/\\]/g, ' ')
        .replace(/^[\s']+|[\s']+$/g, '') || 'Sheet';
    for (let n = 1; ; n++) {
      const end = n === 1 ? '' : ` (${n})`;
      const name = cut(base, NAME_CHARACTERS - end.length, '') + end;
      // Spreadsheets take names that differ only in case for the same.
      if (taken.has(name.toLowerCase())) continue;
      taken.add(name.toLowerCase());
      return name;
    }
  });
}

// ---------------------------------------------------------------- sheet

type StyleOf = (look: Look, format: string, quotePrefix?: boolean) => number;

function filterOf({ rows, widths, headerRows, filterTo }: Sheet): string | undefined {
  if (headerRows === undefined || filterTo === undefined) return undefined;
  return `A${headerRows}:${columnName(widths.length)}${Math.max(headerRows, Math.min(filterTo, rows.length))}`;
}

const usedBy = ({ rows, widths }: Sheet): string =>
  `A1:${columnName(Math.max(1, widths.length))}${Math.max(1, rows.length)}`;

function sheetXml(sheet: Sheet, styleOf: StyleOf, selected: boolean): string {
  const rows = sheet.rows.map((cells, r) => rowXml(cells, r, styleOf));
  return [sheetTop(sheet, selected, true), ...rows, sheetEnd(sheet)].join('');
}

const rowXml = (cells: readonly Cell[], r: number, styleOf: StyleOf): string =>
  `<row r="${r + 1}">${cells.map((cell, c) => cellXml(cell, c, r, styleOf)).join('')}</row>`;

/** All before the first row; `isKnown`: how many rows there are. */
function sheetTop(sheet: Sheet, selected: boolean, isKnown: boolean): string {
  const { widths, headerRows } = sheet;
  const pane =
    headerRows === undefined
      ? ''
      : `<pane ySplit="${headerRows}" topLeftCell="A${headerRows + 1}" activePane="bottomLeft" state="frozen"/>`;
  const columns = widths.map((w, i) => `<col min="${i + 1}" max="${i + 1}" width="${w}" customWidth="1"/>`);
  return [
    `<worksheet xmlns="${MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>`,
    isKnown ? `<dimension ref="${usedBy(sheet)}"/>` : '',
    `<sheetViews><sheetView${selected ? ' tabSelected="1"' : ''} workbookViewId="0">${pane}</sheetView></sheetViews>`,
    `<sheetFormatPr defaultRowHeight="15"/><cols>${columns.join('')}</cols><sheetData>`,
  ].join('');
}

/** All after the last row. */
function sheetEnd(sheet: Sheet): string {
  const { merges = [] } = sheet;
  const filter = filterOf(sheet);
  return [
    '</sheetData>',
    filter === undefined ? '' : `<autoFilter ref="${filter}"/>`,
    merges.length === 0
      ? ''
      : `<mergeCells count="${merges.length}">${merges.map((m) => `<mergeCell ref="${m}"/>`).join('')}</mergeCells>`,
    '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>',
    '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>',
    // A reference of 28 digits is text on purpose.
    `<ignoredErrors><ignoredError sqref="${usedBy(sheet)}" numberStoredAsText="1"/></ignoredErrors></worksheet>`,
  ].join('');
}

function cellXml(cell: Cell, column: number, row: number, styleOf: StyleOf): string {
  if (cell === null) return '';
  const place = `r="${columnName(column + 1)}${row + 1}"`;
  const number = (digits: string, format: string) => `<c ${place} s="${styleOf(cell, format)}"><v>${digits}</v></c>`;
  const string = (text: string, look: Look) => {
    const long = text.length > TEXT_FORMAT_CHARACTERS;
    const style = styleOf(look, long ? 'General' : '@', long);
    return `<c ${place} s="${style}" t="inlineStr"><is><t xml:space="preserve">${textXml(text)}</t></is></c>`;
  };
  if ('empty' in cell) return `<c ${place} s="${styleOf(cell, 'General')}"/>`;
  if ('text' in cell) return string(cell.text, cell);
  if ('count' in cell) return number(String(cell.count), '#,##0');
  if ('date' in cell) {
    const serial = serialOf(cell.date);
    return serial === undefined ? string(cell.date, cell) : number(String(serial), 'yyyy-mm-dd');
  }
  if (!PLAIN.test(cell.amount)) throw new TypeError(`not an amount: ${cell.amount}`);
  const decimals = cell.amount.split('.')[1]?.length ?? 0;
  if (digitsOf(cell.amount) > EXACT_DIGITS) return string(cell.amount, { align: 'right', ...cell });
  return number(cell.amount, decimals === 0 ? '#,##0' : `#,##0.${'0'.repeat(decimals)}`);
}

const PLAIN = /^-?\d+(\.\d+)?$/;

/** How many digits a number has that matter: `-100.50` has 4. */
function digitsOf(amount: string): number {
  const [whole, fraction = ''] = amount.replace('-', '').split('.');
  return `${whole}${fraction.replace(/0+$/, '')}`.replace(/^0+/, '').length;
}

/** Days since 1899-12-30, as spreadsheets count; before March 1900 they count wrongly, so those stay text. */
function serialOf(date: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || date < '1900-03-01') return undefined;
  return Temporal.PlainDate.from('1899-12-30').until(date, { largestUnit: 'days' }).days;
}

/** 1 → `A`, 28 → `AB`. */
export function columnName(column: number): string {
  const rest = Math.floor((column - 1) / 26);
  return (rest === 0 ? '' : columnName(rest)) + String.fromCharCode(65 + ((column - 1) % 26));
}

// ---------------------------------------------------------------- text

/** Without what XML 1.0 forbids: control characters, halves of surrogate pairs, U+FFFE and U+FFFF. */
const cleaned = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');

function cut(text: string, most: number, mark: string): string {
  return text.length <= most ? text : text.slice(0, most - mark.length).replace(/[\ud800-\udbff]$/, '') + mark;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** `_x0041_` in a cell means A to a spreadsheet, so an underscore that would begin one is itself written so. */
const textXml = (text: string): string =>
  escaped(cut(cleaned(text), MOST_CHARACTERS, '…').replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_'));

// ---------------------------------------------------------------- styles

/** Formats that need no definition of their own, by ISO/IEC 29500-1 §18.8.30. */
const BUILT_IN: Readonly<Record<string, number>> = { General: 0, '#,##0': 3, '#,##0.00': 4, '@': 49 };
const FIRST_OWN_FORMAT = 164;
const SIZE = 11;

/** Numbers the looks as they are asked for. */
function styleBook(font: string): { of: StyleOf; xml(): string } {
  const fonts = registry(`<font><sz val="${SIZE}"/><name val="${escaped(font)}"/></font>`);
  const fills = registry(
    '<fill><patternFill patternType="none"/></fill>',
    '<fill><patternFill patternType="gray125"/></fill>',
  );
  const side = (name: string) => `<${name} style="thin"><color rgb="FF808080"/></${name}>`;
  const borders = registry('<border><left/><right/><top/><bottom/><diagonal/></border>');
  const formats = registry();
  const looks = registry('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>');
  // Nearly every cell asks for a look that was asked for before.
  const known = new Map<string, number>();
  const of: StyleOf = (look, format, quotePrefix = false) => {
    const key = [look.bold, look.size, look.fill, look.align, look.wrap, look.border, format, quotePrefix].join('|');
    let number = known.get(key);
    if (number === undefined) {
      number = looks.number(xfXml(look, format, quotePrefix));
      known.set(key, number);
    }
    return number;
  };
  const xfXml = (look: Look, format: string, quotePrefix: boolean): string => {
    const formatId = BUILT_IN[format] ?? FIRST_OWN_FORMAT + formats.number(format);
    const fontId = fonts.number(
      `<font>${look.bold ? '<b/>' : ''}<sz val="${look.size ?? SIZE}"/><name val="${escaped(font)}"/></font>`,
    );
    const fillId =
      look.fill === undefined
        ? 0
        : fills.number(`<fill><patternFill patternType="solid"><fgColor rgb="FF${look.fill}"/></patternFill></fill>`);
    const borderId = look.border
      ? borders.number(`<border>${['left', 'right', 'top', 'bottom'].map(side).join('')}<diagonal/></border>`)
      : 0;
    const align = `${look.align ? ` horizontal="${look.align}"` : ''} vertical="top"${look.wrap ? ' wrapText="1"' : ''}`;
    return `<xf numFmtId="${formatId}" fontId="${fontId}" fillId="${fillId}" borderId="${borderId}" xfId="0"${quotePrefix ? ' quotePrefix="1"' : ''} applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment${align}/></xf>`;
  };
  const own = () =>
    formats.all.map((code, i) => `<numFmt numFmtId="${FIRST_OWN_FORMAT + i}" formatCode="${escaped(code)}"/>`);
  const list = (name: string, items: readonly string[]) =>
    items.length === 0 ? '' : `<${name} count="${items.length}">${items.join('')}</${name}>`;
  const xml = (): string =>
    `<styleSheet xmlns="${MAIN}">${list('numFmts', own())}${list('fonts', fonts.all)}${list('fills', fills.all)}${list('borders', borders.all)}<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>${list('cellXfs', looks.all)}<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
  return { of, xml };
}

/** Things by number, each once, in the order of their first use. */
function registry(...first: string[]): { all: readonly string[]; number(item: string): number } {
  const all = [...first];
  const places = new Map(all.map((item, i) => [item, i]));
  const number = (item: string): number => {
    const place = places.get(item);
    if (place !== undefined) return place;
    places.set(item, all.length);
    return all.push(item) - 1;
  };
  return { all, number };
}
