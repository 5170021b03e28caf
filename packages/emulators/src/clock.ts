/** What everything in an emulator reads the time from and waits on, so that an hour need not be waited for. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Waits for so many milliseconds of this clock; none at all for 0 or less.
   * @throws `signal.reason`, once the signal is aborted; an `Error` once the clock was closed.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
