/**
 * The cells of one record of delimited text, for headers, trailers and the formats that walk a document themselves. What has
 * millions of rows is split by the engine, not here.
 */

/** The cells of one CSV record. A quote counts at the start of a cell only; one that is never closed is an ordinary sign. */
export function csvCells(record: string, delimiter = ','): string[] {
  const cells: string[] = [];
  let at = 0;
  while (true) {
    if (record[at] === '"') {
      const end = closingQuote(record, at, delimiter);
      if (end !== -1) {
        cells.push(record.slice(at + 1, end).replaceAll('""', '"'));
        if (end + 1 >= record.length) return cells;
        at = end + 2;
        continue;
      }
    }
    const comma = record.indexOf(delimiter, at);
    cells.push(comma === -1 ? record.slice(at) : record.slice(at, comma));
    if (comma === -1) return cells;
    at = comma + 1;
  }
}

/** The quote that ends the cell; -1 when the cell only begins with a quote, as in `"双11"特价`. */
function closingQuote(record: string, open: number, delimiter: string): number {
  let at = record.indexOf('"', open + 1);
  while (at !== -1 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at !== -1 && (at + 1 === record.length || record[at + 1] === delimiter) ? at : -1;
}
