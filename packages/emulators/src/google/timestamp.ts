/** A time in milliseconds since 1970 as messages have it. */
export const toTimestamp = (ms: number): string => new Date(ms).toISOString();
