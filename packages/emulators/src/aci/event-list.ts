import type { Clock } from "../clock.ts";

export interface GroupEvent {
  readonly name: string;
  readonly type: "Normal" | "Warning";
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
}

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

const mostKept = 100;
const secondsOf = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");

/** What has happened to a container or a group: the same again is counted, and not told twice. Times are in whole seconds. */
export class EventList {
  readonly #clock: Clock;
  readonly #events: Mutable<GroupEvent>[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(name: string, message: string, type: GroupEvent["type"] = "Normal"): void {
    const now = secondsOf(this.#clock.now());
    const known = this.#events.find((event) => event.name === name && event.message === message);
    if (known) {
      known.count++;
      known.lastTimestamp = now;
      return;
    }
    this.#events.push({ count: 1, firstTimestamp: now, lastTimestamp: now, name, message, type });
    if (this.#events.length > mostKept) this.#events.shift();
  }

  describe(): readonly GroupEvent[] {
    return this.#events.map((event) => ({ ...event }));
  }
}
