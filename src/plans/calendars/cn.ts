/**
 * Working days in mainland China, year by year, as the State Council's General Office announces them: days off
 * (first and last day of each run) and the Saturdays and Sundays that are worked to make up for them (调休).
 * Banks and the central bank's payment systems keep the same days, so a make-up Saturday settles money.
 *
 * A year is added from its notice and from nothing else; the notice of a year comes out in October or November before it.
 * `announcedOn` is the date of the notice 《国务院办公厅关于…年部分节假日安排的通知》.
 */
type Run = string | readonly [first: string, last: string];
export type Year = Readonly<{ announcedOn: string; off: readonly Run[]; work: readonly string[] }>;

export const NOTICES: Readonly<Record<number, Year>> = {
  2024: {
    announcedOn: '2023-10-25',
    off: [
      '2024-01-01',
      ['2024-02-10', '2024-02-17'],
      ['2024-04-04', '2024-04-06'],
      ['2024-05-01', '2024-05-05'],
      '2024-06-10',
      ['2024-09-15', '2024-09-17'],
      ['2024-10-01', '2024-10-07'],
    ],
    work: [
      '2024-02-04',
      '2024-02-18',
      '2024-04-07',
      '2024-04-28',
      '2024-05-11',
      '2024-09-14',
      '2024-09-29',
      '2024-10-12',
    ],
  },
  2025: {
    announcedOn: '2024-11-12',
    off: [
      '2025-01-01',
      ['2025-01-28', '2025-02-04'],
      ['2025-04-04', '2025-04-06'],
      ['2025-05-01', '2025-05-05'],
      ['2025-05-31', '2025-06-02'],
      ['2025-10-01', '2025-10-08'],
    ],
    work: ['2025-01-26', '2025-02-08', '2025-04-27', '2025-09-28', '2025-10-11'],
  },
  2026: {
    announcedOn: '2025-11-04',
    off: [
      ['2026-01-01', '2026-01-03'],
      ['2026-02-15', '2026-02-23'],
      ['2026-04-04', '2026-04-06'],
      ['2026-05-01', '2026-05-05'],
      ['2026-06-19', '2026-06-21'],
      ['2026-09-25', '2026-09-27'],
      ['2026-10-01', '2026-10-07'],
    ],
    work: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
  },
};

/**
 * Holidays that the law itself ties to a date (全国年节及纪念日放假办法, as revised in November 2024), as MM-DD. For a year
 * without a notice they are all that is certain; the lunar festivals and every make-up day wait for the notice.
 */
export const FIXED_BY_LAW: ReadonlySet<string> = new Set(['01-01', '05-01', '05-02', '10-01', '10-02', '10-03']);
