import { describe, expect, test } from "vitest";
import { explainUnready } from "../src/explain-unready.ts";
import { mergeByTime } from "../src/merge-by-time.ts";
import { nextServiceStep } from "../src/next-service-step.ts";
import { toServiceView } from "../src/service-view.ts";
import { toHealthcheck } from "../src/to-health-check.ts";

interface Given {
  readonly slot: number;
  readonly revision: number;
  readonly state?: string;
  readonly status?: string;
  readonly leaving?: boolean;
}
const container = ({ slot, revision, state = "running", status = "Up 2 seconds (healthy)", leaving = false }: Given): never =>
  ({
    Id: `${slot}${revision}`.padEnd(64, "0"),
    Names: [`/o-s.${slot}.${revision}${leaving ? ".leaving" : ""}`],
    State: state,
    Status: status,
    Labels: {
      "longshore.slot": String(slot),
      "longshore.revision": String(revision),
      "longshore.hash": `h${revision}`,
      "longshore.readiness": "asked",
    },
  }) as never;
const record = (revision: number, more: object = {}): never =>
  ({
    Name: `o-s.${revision}`,
    Labels: {
      "longshore.purpose": "revision",
      "longshore.revision": String(revision),
      "longshore.hash": `h${revision}`,
      "longshore.since": "2026-01-01T00:00:00.000000000Z",
      "longshore.spec": JSON.stringify({ spec: { kind: "service", id: "s", replicas: 2, ...more } }),
    },
  }) as never;
const failed = (revision: number): never =>
  ({
    Name: `o-s.${revision}.failed`,
    Labels: { "longshore.purpose": "failed", "longshore.revision": String(revision) },
  }) as never;
const stop = { Name: "o-s.stopped", Labels: { "longshore.purpose": "stop" } } as never;

/** The step in short: what, and to which containers, slots or volumes. */
function step(given: readonly Given[], volumes: readonly never[], tried: readonly string[] = []): string {
  const next = nextServiceStep(toServiceView(given.map(container), volumes), new Set(tried));
  if (next === undefined) return "nothing";
  if (next.do === "launch") return `launch ${next.slots.join(" ")}`;
  if (next.do === "forget") return `forget ${next.volumes.join(" ")}`;
  return `${next.do} ${next.instances.map(({ slot, revision }) => `${slot}.${revision}`).join(" ")}`;
}
const at = (slot: number, revision: number, more: Partial<Given> = {}): Given => ({ slot, revision, ...more });
const starting = { status: "Up 1 second (health: starting)" };
const exited = { state: "exited", status: "Exited (143) 1 second ago" };
const recreate = { update: "recreate" };

describe("the next step, by what there is", () => {
  test.each<[string, readonly Given[], readonly never[], string]>([
    ["nothing but a record", [], [record(1)], "launch 0 1"],
    ["no service", [], [], "nothing"],
    ["a slot is missing", [at(1, 1)], [record(1)], "launch 0"],
    ["created, never started", [at(0, 1, { state: "created", status: "Created" }), at(1, 1)], [record(1)], "launch 0"],
    ["not ready yet", [at(0, 1, starting), at(1, 1)], [record(1)], "await 0.1"],
    ["between two starts of the engine's", [at(0, 1, { state: "restarting" }), at(1, 1)], [record(1)], "await 0.1"],
    ["as it is to be", [at(0, 1), at(1, 1)], [record(1)], "nothing"],
    ["ended by hand", [at(0, 1, exited), at(1, 1)], [record(1)], "return 0.1"],
    ["an update begins with one new instance", [at(0, 1), at(1, 1)], [record(1), record(2)], "launch 0"],
    ["which has to be ready", [at(0, 1), at(0, 2, starting), at(1, 1)], [record(1), record(2)], "await 0.2"],
    ["before the old one goes", [at(0, 1), at(0, 2), at(1, 1)], [record(1), record(2)], "end 0.1"],
    [
      "an old one that was told to leave and runs",
      [at(0, 1, { leaving: true }), at(0, 2), at(1, 1)],
      [record(1), record(2)],
      "end 0.1",
    ],
    [
      "the next one, while the old one's log can be read",
      [at(0, 1, { ...exited, leaving: true }), at(0, 2), at(1, 1)],
      [record(1), record(2)],
      "launch 1",
    ],
    ["what ended goes at the end", [at(0, 1, exited), at(0, 2), at(1, 2)], [record(1), record(2)], "remove 0.1"],
    ["then its record", [at(0, 2), at(1, 2)], [record(1), record(2)], "forget o-s.1"],
    ["fewer than before", [at(0, 2), at(1, 1)], [record(1), record(2, { replicas: 1 })], "end 1.1"],
    ["recreation: all old ones first", [at(0, 1), at(1, 1)], [record(1), record(2, recreate)], "end 0.1 1.1"],
    [
      "recreation: kept until the new ones are ready",
      [at(0, 1, { ...exited, leaving: true })],
      [record(1), record(2, recreate)],
      "launch 0 1",
    ],
    ["taken back: the new one goes", [at(0, 1), at(0, 2, starting), at(1, 1)], [record(1), record(2), failed(2)], "end 0.2"],
    [
      "taken back: what was leaving stays",
      [at(0, 1, { ...exited, leaving: true }), at(1, 1)],
      [record(1, recreate), record(2), failed(2)],
      "return 0.1",
    ],
    ["taken back: the mark goes last", [at(0, 1), at(1, 1)], [record(1), record(2), failed(2)], "forget o-s.2 o-s.2.failed"],
  ])("%s", (_name, given, volumes, expected) => {
    expect(step(given, volumes)).toBe(expected);
  });
  test("what was launched and did not start is waited for, not launched again", () => {
    const created = at(0, 1, { state: "created", status: "Created" });
    expect(step([created, at(1, 1)], [record(1)], ["o-s.0.1"])).toBe("await 0.1");
    expect(step([at(0, 1, exited), at(1, 1)], [record(1)], ["o-s.0.1"])).toBe("await 0.1");
  });
  test("on-failure: what ended with code 0 is as it is to be", () => {
    const done = at(0, 1, { state: "exited", status: "Exited (0) 1 second ago" });
    expect(step([done, at(1, 1)], [record(1, { restart: "on-failure" })])).toBe("nothing");
    expect(step([done, at(1, 1)], [record(1)])).toBe("return 0.1");
  });
  test("stopped: nothing is ready, and numbers are not used again", () => {
    const view = toServiceView([at(0, 1), at(1, 1)].map(container), [record(1), record(4), failed(4), stop]);
    expect(view.instances.map(({ ready }) => ready)).toEqual([false, false]);
    expect([view.stopped, view.wanted?.number, view.nextNumber]).toEqual([true, 1, 5]);
  });
});

describe("why an instance is not ready", () => {
  const seen = (state: object, test_: readonly string[] = ["CMD", "sh", "-c", "x"]): never =>
    ({
      Created: "2026-01-01T00:00:00Z",
      RestartCount: 3,
      Config: { Labels: {}, Tty: false, Healthcheck: { Test: test_ } },
      State: {
        Status: "running",
        Running: true,
        Error: "",
        ExitCode: 0,
        StartedAt: "2026-01-01T00:00:01Z",
        FinishedAt: "0001-01-01T00:00:00Z",
        ...state,
      },
    }) as never;
  const probe = (Output: string): object => ({ Health: { Log: [{ ExitCode: 1, Output }] } });
  const noShell = 'OCI runtime exec failed: exec failed: exec: "sh": executable file not found in $PATH: unknown';
  test.each<[string, never, RegExp, boolean]>([
    ["no probe yet", seen({}), /no probe has come to an end/, false],
    ["a probe that fails", seen(probe("no good\n answer")), /its probe says: no good answer/, false],
    ["no shell", seen(probe(noShell)), /no sh: a shell .* options\.docker\.healthcheck/, true],
    ["no program of its own", seen(probe(noShell.replace("sh", "ask")), ["CMD", "ask"]), /no ask: the probe's program/, true],
    [
      "again and again",
      seen({ Status: "restarting", ExitCode: 3, FinishedAt: "2026-01-01T00:00:02Z" }),
      /code other than 0: 3, restarted 3 times/,
      false,
    ],
    [
      "a port that is taken when it is started again",
      seen({ Status: "exited", Running: false, ExitCode: 128, Error: "port is already allocated" }),
      /could not be started: port is already allocated/,
      true,
    ],
    [
      "never started",
      seen({
        Status: "created",
        Running: false,
        Error: 'exec: "x": executable file not found',
        StartedAt: "0001-01-01T00:00:00Z",
      }),
      /command does not exist/,
      true,
    ],
  ])("%s", (_name, container_, why, hopeless) => {
    const said = explainUnready(container_);
    expect(said.why).toMatch(why);
    expect(said.hopeless).toBe(hopeless);
  });
});

test("a probe is the spec's port in hexadecimal, its path, or the option's own program", () => {
  expect(toHealthcheck({ port: 8080 }, {}).Test.join(" ")).toContain("*:1F90\\ 0A");
  expect(toHealthcheck({ port: 80, path: "/up" }, {}).Test.at(-1)).toBe("http://127.0.0.1:80/up");
  const own = toHealthcheck({ port: 80, periodMs: 250 }, { healthcheck: { command: ["ask", "it"] } });
  expect([own.Test, own.Interval]).toEqual([["CMD", "ask", "it"], 250_000_000]);
});

const once = async function* <T>(...batches: readonly (readonly T[])[]): AsyncGenerator<readonly T[], void, void> {
  yield* batches;
};
describe("batches of several sources", () => {
  test("by time, each source in its own order", async () => {
    const one = once([{ at: "1" }, { at: "4" }], [], [{ at: "3" }]);
    const other = once([{ at: "2" }, { at: "5" }]);
    const merged = (await Array.fromAsync(mergeByTime<{ readonly at: string }>([one, other]))).flat();
    expect(merged.map(({ at: time }) => time)).toEqual(["1", "2", "4", "3", "5"]);
  });
});
