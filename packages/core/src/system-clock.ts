import type { Clock } from "./host.ts";
import { instant } from "./instant.ts";
import { sleep } from "./or-abort.ts";

export const systemClock: Clock = Object.freeze({ now: () => instant(Date.now()), sleep });
