/**
 * General holidays of Hong Kong that fall on Monday to Friday, year by year as the Government gazettes them (usually in May of the year
 * before). Interbank settlement (CHATS) rests on these, on Saturdays and on Sundays. A year is added from its announcement and from
 * nothing else.
 */
export const HOLIDAYS: Readonly<Record<number, readonly string[]>> = {
  2024: [
    '01-01',
    '02-12',
    '02-13',
    '03-29',
    '04-01',
    '04-04',
    '05-01',
    '05-15',
    '06-10',
    '07-01',
    '09-18',
    '10-01',
    '10-11',
    '12-25',
    '12-26',
  ],
  2025: [
    '01-01',
    '01-29',
    '01-30',
    '01-31',
    '04-04',
    '04-18',
    '04-21',
    '05-01',
    '05-05',
    '07-01',
    '10-01',
    '10-07',
    '10-29',
    '12-25',
    '12-26',
  ],
  // Announced on 16 May 2025. Ching Ming is a Sunday and its next day Easter Monday: Tuesday is free too.
  2026: [
    '01-01',
    '02-17',
    '02-18',
    '02-19',
    '04-03',
    '04-06',
    '04-07',
    '05-01',
    '05-25',
    '06-19',
    '07-01',
    '10-01',
    '10-19',
    '12-25',
  ],
  2027: [
    '01-01',
    '02-08',
    '02-09',
    '03-26',
    '03-29',
    '04-05',
    '05-13',
    '06-09',
    '07-01',
    '09-16',
    '10-01',
    '10-08',
    '12-27',
  ],
};

/** Holidays that are on the same date each year; for a year that was not gazetted they are all that is certain. */
export const FIXED_IN_HONG_KONG: ReadonlySet<string> = new Set(['01-01', '05-01', '07-01', '10-01', '12-25']);
