import type { CloudRequest } from "./cloud.ts";
import type { Faults } from "./faults.ts";
import type { Journal } from "./journal.ts";
import { type FaultKinds, readFaultRules } from "./read-fault-rule.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface ControlOptions {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly faultKinds: FaultKinds;
  readonly journal: Journal;
  /** What is told of the emulator itself, such as which cloud it is and what runs its containers. */
  readonly about: Readonly<Record<string, string>>;
  /** Puts a secret where containers are given theirs from. Throws a TypeError with what is wrong with the name. */
  readonly seedSecret?: (name: string, value: string) => void;
}

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

/** Where every path of the control endpoint begins. No cloud has such a one. */
export const controlPrefix = "/_emulator/";

type Answer = (request: { readonly query: URLSearchParams; readonly body: unknown }) => unknown;

function readBody({ method, headers, body }: CloudRequest): unknown {
  if (method !== "POST") return undefined;
  // A web page cannot send this without asking first, which nobody answers.
  if (!/^application\/json\b/.test(headers["content-type"] ?? ""))
    throw new TypeError("the content-type has to be application/json");
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch (error) {
    throw new TypeError(`the body is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

async function advance({ clock }: ControlOptions, body: unknown): Promise<object> {
  const ms = (body as { ms?: unknown } | null)?.ms;
  if (typeof ms !== "number" || !Number.isFinite(ms) || ms < 0)
    throw new TypeError("ms has to be a number of milliseconds from 0");
  await clock.advance(ms);
  return { now: clock.now() };
}

function seed({ seedSecret }: ControlOptions, body: unknown): object {
  if (!seedSecret) throw new TypeError("this cloud knows no secrets");
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  for (const [name, value] of entries)
    if (typeof value !== "string") throw new TypeError(`the secret "${name}" has to be a string`);
  for (const [name, value] of entries) seedSecret(name, value as string);
  return { seeded: entries.map(([name]) => name) };
}

function lastEntries({ journal }: ControlOptions, query: URLSearchParams): object {
  const limit = Number(query.get("limit") ?? 100);
  if (!Number.isInteger(limit) || limit < 1) throw new TypeError("limit has to be a whole number from 1");
  return { entries: journal.entries(query.get("operation") ?? undefined).slice(-limit) };
}

function answersOf(options: ControlOptions): Readonly<Record<string, Answer>> {
  const { clock, faults, faultKinds, journal, about } = options;
  return {
    "GET health": () => ({ status: "ok", ...about, now: clock.now() }),
    "GET calls": () => journal.counts,
    "GET journal": ({ query }) => lastEntries(options, query),
    "DELETE journal": () => (journal.clear(), {}),
    "GET faults": () => ({ seed: faults.seed, rules: faults.rules }),
    "POST faults": ({ body }) => (faults.add(...readFaultRules(body, faultKinds)), { seed: faults.seed, rules: faults.rules }),
    "DELETE faults": () => (faults.clear(), { seed: faults.seed, rules: [] }),
    "POST clock/advance": ({ body }) => advance(options, body),
    "POST secrets": ({ body }) => seed(options, body),
  };
}

/** Answers what is asked of the emulator itself instead of the cloud: JSON both ways, and an error that says what to change. */
export class ControlEndpoint {
  readonly #answers: Readonly<Record<string, Answer>>;

  constructor(options: ControlOptions) {
    this.#answers = answersOf(options);
  }

  async answer(request: CloudRequest): Promise<ControlReply> {
    const { pathname, searchParams: query } = new URL(request.url, "http://emulator");
    const asked = `${request.method} ${pathname.slice(controlPrefix.length)}`;
    const answer = Object.hasOwn(this.#answers, asked) ? this.#answers[asked] : undefined;
    if (!answer) return { status: 404, body: { error: `no ${asked}, only ${Object.keys(this.#answers).join(", ")}` } };
    try {
      return { status: 200, body: await answer({ query, body: readBody(request) }) };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      return { status: 400, body: { error: error.message } };
    }
  }
}
