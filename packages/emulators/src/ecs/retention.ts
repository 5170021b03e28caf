/** How long a stopped task can be described: documented as at least an hour. */
export const stoppedTaskRetentionMs = 3_600_000;
