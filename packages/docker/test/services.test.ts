import { randomBytes } from "node:crypto";
import { LongshoreError, type LogCursor, type ServiceSpec } from "@longshore/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cleanUp, killFromOutside, native, needEngine, open, someOwner } from "./kit.ts";
import {
  answers,
  containersOf,
  freePort,
  hammer,
  instancesOf,
  isWhole,
  linesOf,
  serving,
  shell,
  started,
  until,
} from "./service-kit.ts";

let who = someOwner();
beforeEach(async (context) => {
  await needEngine(context);
  who = someOwner();
});
afterEach(() => cleanUp(who));
const patience = 120_000;
const isTimeout = (words: RegExp) => (error: unknown) =>
  LongshoreError.is(error, "timeout") && !error.retryable && words.test(error.message);

describe("updates", () => {
  test(
    "three instances are replaced under five clients that ask all the time, and none is ever refused",
    async () => {
      await using runtime = await open(who);
      const roomy = { replicas: 3, drainMs: 3000 };
      const spec = serving("rolled", "one", roomy);
      const before = await started(runtime, spec);
      const clients = Array.from({ length: 5 }, () => hammer(runtime, spec.id));
      const after = await runtime.update(serving("rolled", "two", roomy));
      expect(isWhole(after) && after.state.instances.every(({ current }) => current)).toBe(true);
      const heard = (await Promise.all(clients.map((client) => client.stop()))).flat();
      expect(heard.filter((answer) => answer !== "one" && answer !== "two")).toEqual([]);
      expect(heard).toContain("one");
      expect(heard).toContain("two");
      expect([after.nativeId, after.createdAt]).toEqual([before.nativeId, before.createdAt]);
      expect(instancesOf(after).filter((name) => instancesOf(before).includes(name))).toEqual([]);
      expect(await containersOf(who, spec.id)).toHaveLength(3);
    },
    patience,
  );
  test(
    "what never becomes ready is taken away, with the probe's own words; the containers before it are the same",
    async () => {
      await using runtime = await open(who);
      const spec = serving("deaf", "one", { replicas: 2 });
      await started(runtime, spec);
      const before = await containersOf(who, spec.id);
      const readiness = { port: 8080, path: "/", periodMs: 200, timeoutMs: 1500 };
      const deaf: ServiceSpec = { ...spec, command: ["sleep", "60"], readiness };
      await expect(runtime.update(deaf)).rejects.toSatisfy(isTimeout(/not ready within 1500 ms.*no good answer/));
      expect(await containersOf(who, spec.id)).toEqual(before);
      expect(await answers(runtime, spec.id)).toEqual(["one", "one"]);
      expect((await runtime.start(spec)).specHash).toBe((await until(runtime, spec.id)).specHash);
    },
    patience,
  );
  test(
    "a command that does not exist, and an image without a shell, are told at once",
    async () => {
      await using runtime = await open(who);
      const spec = serving("wrong", "one");
      await started(runtime, spec);
      const missing: ServiceSpec = { ...spec, command: ["no-such-program"], init: false };
      await expect(runtime.update(missing)).rejects.toSatisfy(isTimeout(/cannot become ready.*no-such-program/));
      const bare = `bare-${randomBytes(6).toString("hex")}:1`;
      const script = `d=$(mktemp -d) && cp "$(command -v busybox)" $d/sleep && tar -c -C $d sleep | docker import - ${bare} && rm -r $d`;
      await shell(script);
      try {
        const shellless: ServiceSpec = { ...spec, image: bare, command: ["/sleep", "60"], init: false };
        await expect(runtime.update(shellless)).rejects.toSatisfy(isTimeout(/the image has no sh.*options\.docker\.healthcheck/));
        const own: ServiceSpec = { ...shellless, options: { docker: { healthcheck: { command: ["/sleep", "0"] } } } };
        expect(isWhole(await runtime.update(own))).toBe(true);
        await runtime.remove(spec.id);
      } finally {
        await native("rmi", "-f", bare);
      }
    },
    patience,
  );
  test(
    "a fixed port is recreated, and reported; what was there comes back when the new one fails",
    async () => {
      await using runtime = await open(who);
      const publish = await freePort();
      const spec = serving("fixed", "one", { ports: [{ port: 8080, publish }] });
      const { adjustments } = await runtime.plan(spec);
      expect(adjustments).toContainEqual(expect.objectContaining({ path: "update", from: "rolling", to: "recreate" }));
      await started(runtime, spec);
      const before = await containersOf(who, spec.id);
      const readiness = { port: 8080, path: "/", periodMs: 200, timeoutMs: 1500 };
      await expect(runtime.update({ ...spec, command: ["sleep", "60"], readiness })).rejects.toSatisfy(isTimeout(/not ready/));
      expect(await containersOf(who, spec.id)).toEqual(before);
      expect(await answers(runtime, spec.id)).toEqual(["one"]);
      await runtime.update(serving("fixed", "two", { ports: [{ port: 8080, publish }] }));
      const [endpoint] = await runtime.capabilities.endpoints.endpoints(spec.id);
      expect(endpoint).toMatchObject({ host: "127.0.0.1", hostPort: publish, port: 8080 });
      expect(await answers(runtime, spec.id)).toEqual(["two"]);
    },
    patience,
  );
  test(
    "three at once, of two specs, from two processes, end in one of them",
    async () => {
      await using runtime = await open(who);
      await using other = await open(who);
      const spec = serving("raced", "one", { replicas: 2 });
      await started(runtime, spec);
      const updates = [
        runtime.update(serving("raced", "two", { replicas: 2 })),
        other.update(serving("raced", "three", { replicas: 2 })),
        other.update(serving("raced", "two", { replicas: 2 })),
      ];
      const settled = await Promise.allSettled(updates);
      const lost = settled
        .filter(({ status }) => status === "rejected")
        .map((one) => (one as PromiseRejectedResult).reason as unknown);
      expect(lost.every((error) => LongshoreError.is(error, "conflict"))).toBe(true);
      expect(lost.length).toBeLessThan(updates.length);
      const service = await until(runtime, spec.id);
      expect(service.state.instances.every(({ current }) => current)).toBe(true);
      const said = await answers(runtime, spec.id);
      expect([
        ["two", "two"],
        ["three", "three"],
      ]).toContainEqual(said);
      expect(await containersOf(who, spec.id)).toHaveLength(2);
    },
    patience,
  );
});

describe("what keeps a service", () => {
  test(
    "killed instances come back as they are, with nobody's help",
    async () => {
      const spec = serving("killed", "one", { replicas: 2 });
      {
        await using runtime = await open(who);
        await started(runtime, spec);
      }
      const before = await containersOf(who, spec.id);
      await Promise.all(before.map((line) => killFromOutside(line.split(" ")[0] ?? "")));
      await using runtime = await open(who);
      const back = await until(runtime, spec.id, (seen) => isWhole(seen) && seen.state.restarts === 2);
      expect(back.state.instances.map(({ restarts }) => restarts)).toEqual([1, 1]);
      expect(await containersOf(who, spec.id)).toEqual(before);
      expect(await answers(runtime, spec.id)).toEqual(["one", "one"]);
    },
    patience,
  );
  test(
    "a stop and a resume keep the containers and their logs",
    async () => {
      await using runtime = await open(who);
      const spec = serving("paused", "one", { replicas: 2 });
      await started(runtime, spec);
      const before = await containersOf(who, spec.id);
      expect(await runtime.stop(spec.id)).toMatchObject({ state: "confirmed", forced: false });
      expect(await native("ps", "-q", "--filter", `label=longshore.owner=${who}`)).toBe("");
      expect(await runtime.capabilities.endpoints.endpoints(spec.id)).toEqual([]);
      expect(isWhole(await runtime.resume(spec.id))).toBe(true);
      expect(await containersOf(who, spec.id)).toEqual(before);
      expect(await linesOf(runtime.logs(spec.id))).toEqual(Array.from({ length: 4 }, () => "begun one"));
    },
    patience,
  );
  test(
    "on-failure: what is stopped is not the engine's to restart until it is resumed",
    async () => {
      await using runtime = await open(who);
      const spec = serving("failing", "one", { restart: "on-failure" });
      await started(runtime, spec);
      const [container = ""] = (await containersOf(who, spec.id)).map((line) => line.split(" ")[0] ?? "");
      const policy = (): Promise<string> => native("inspect", "--format", "{{.HostConfig.RestartPolicy.Name}}", container);
      expect(await policy()).toBe("on-failure");
      await runtime.stop(spec.id);
      expect(await policy()).toBe("no");
      await runtime.resume(spec.id);
      expect(await policy()).toBe("on-failure");
    },
    patience,
  );
  test(
    "two owners' services of one id have nothing to do with each other",
    async () => {
      const neighbour = someOwner();
      try {
        await using mine = await open(who);
        await using theirs = await open(neighbour);
        const spec = serving("shared", "mine", { readiness: { port: 8080, periodMs: 200 } });
        await Promise.all([started(mine, spec), started(theirs, serving("shared", "theirs"))]);
        const before = await containersOf(neighbour, spec.id);
        await mine.update(serving("shared", "changed"));
        await mine.stop(spec.id);
        await mine.remove(spec.id);
        expect(await containersOf(who, spec.id)).toEqual([]);
        expect(await containersOf(neighbour, spec.id)).toEqual(before);
        expect(await answers(theirs, spec.id)).toEqual(["theirs"]);
      } finally {
        await cleanUp(neighbour);
      }
    },
    patience,
  );
  test(
    "a removal that was cut short behind the records is found, and a start begins anew",
    async () => {
      await using runtime = await open(who);
      const spec = serving("halved", "one");
      await started(runtime, spec);
      await native("volume", "rm", `${who}-halved.1`);
      expect(await runtime.inspect(spec.id)).toMatchObject({ kind: "absent" });
      const [left] = await Array.fromAsync(runtime.list());
      expect(left).toMatchObject({ kind: "leftover", id: spec.id, what: "container" });
      const [before] = await containersOf(who, spec.id);
      await started(runtime, spec);
      expect(await containersOf(who, spec.id)).not.toContain(before);
      expect(await answers(runtime, spec.id)).toEqual(["one"]);
    },
    patience,
  );
});

describe("logs", () => {
  test(
    "whoever follows reads what an update takes away to its end; a cursor that knows it says once that the rest is gone",
    async () => {
      await using runtime = await open(who);
      const last = serving("told", "one", {
        command: ["sh", "-c", 'trap "echo the last word; exit 0" TERM; echo first; while :; do sleep 0.1; done'],
        readiness: undefined as never,
        ports: [],
      });
      await started(runtime, last);
      await using reader = await open(who);
      const following = Array.fromAsync(reader.logs(last.id, { follow: true }));
      let cursor: LogCursor | undefined;
      for await (const record of runtime.logs(last.id)) cursor = record.cursor;
      await runtime.update(serving("told", "two"));
      await runtime.stop(last.id);
      const records = await following;
      const said = records.map((one) => ("gap" in one ? `<${one.gap}>` : one.text));
      expect(said.filter((text) => text !== "begun two")).toEqual(["first", "the last word"]);
      expect(said).toHaveLength(3);
      await using later = await open(who);
      const resumed = await Array.fromAsync(later.logs(last.id, { cursor: cursor as LogCursor }));
      expect(resumed.map((one) => ("gap" in one ? `<${one.gap}>` : one.text))).toEqual(["<lost>", "begun two"]);
      const again = await linesOf(later.logs(last.id, { cursor: resumed[0]?.cursor as LogCursor }));
      expect(again).toEqual(["begun two"]);
    },
    patience,
  );
  test(
    "the last lines of a service are the last of all its instances",
    async () => {
      await using runtime = await open(who);
      const script = 'n=0; while [ $n -lt 20 ]; do echo "$n"; n=$((n+1)); sleep 0.05; done; sleep 60';
      const spec = serving("tail", "one", {
        replicas: 2,
        command: ["sh", "-c", script],
        readiness: undefined as never,
        ports: [],
      });
      await started(runtime, spec);
      const all = async (): Promise<readonly string[]> => linesOf(runtime.logs(spec.id));
      await expect.poll(all, { timeout: 30_000 }).toHaveLength(40);
      const tail = await Array.fromAsync(runtime.logs(spec.id, { tail: 10 }));
      expect(new Set(tail.map(({ instance }) => instance)).size).toBe(2);
      expect(tail).toHaveLength(10);
    },
    patience,
  );
});
