/** An instant as the milliseconds that intervals are made of; shared with code that knows no screen. */
export const msOf = (instant: string): number => Date.parse(instant);
