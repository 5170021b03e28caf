import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { classifyDockerError } from "../src/classify-docker-error.ts";
import { type ContainerReading, toSample } from "../src/container-stats.ts";
import { findEngine } from "../src/find-engine.ts";
import { mapContainer } from "../src/map-container-state.ts";
import { parseLogFrames, parseTerminalLog } from "../src/parse-log-frames.ts";

const http = (statusCode: number, message: string): unknown => ({
  statusCode,
  json: { message },
  message: `(HTTP code ${statusCode}) x - ${message} `,
});

describe("errors as the engine and the way to it give them", () => {
  test.each<[string, unknown, string, boolean]>([
    ["a socket that is not there", { code: "ENOENT", message: "connect ENOENT /x" }, "unavailable", false],
    ["nobody listens", { code: "ECONNREFUSED", message: "connect" }, "unavailable", false],
    ["no permission", { code: "EACCES", message: "connect EACCES" }, "permission-denied", false],
    ["cut", { code: "ECONNRESET", message: "socket hang up" }, "unavailable", true],
    ["cut inside an answer", { message: "aborted" }, "unavailable", true],
    ["no answer", { name: "TimeoutError", message: "x" }, "unavailable", true],
    ["a proxy in between", http(502, "bad gateway"), "unavailable", true],
    ["no container", http(404, "No such container: x"), "not-found", false],
    ["no image", http(404, "No such image: x:1"), "image-not-found", false],
    ["name taken", http(409, "Conflict. The container name is in use"), "conflict", false],
    ["bad parameter", http(400, "invalid CPU"), "invalid-spec", false],
    ["the engine failed", http(500, "whatever"), "internal", false],
    ["a registry's refusal", http(500, "unauthorized: authentication required"), "unauthenticated", false],
    ["a certificate that nobody vouches for", { code: "DEPTH_ZERO_SELF_SIGNED_CERT", message: "x" }, "unauthenticated", false],
    [
      "a client that the engine refuses",
      { code: "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", message: "x" },
      "unauthenticated",
      false,
    ],
    ["too many", http(429, "toomanyrequests"), "throttled", false],
    ["another platform", http(404, "no matching manifest for linux/amd64 in the manifest list entries"), "image-platform", false],
  ])("%s", (_name, error, code, ambiguous) => {
    const fault = classifyDockerError(error);
    expect([fault?.code, fault?.ambiguous === true]).toEqual([code, ambiguous]);
    expect(fault?.message ?? "").not.toMatch(/HTTP code|\n/);
  });
  test.each([undefined, null, "text", new Error("mine")])("%s is not the engine's", (error) => {
    expect(classifyDockerError(error)).toBeUndefined();
  });
});

const container = (state: object, labels: object = {}): never =>
  ({
    Id: "c".repeat(64),
    Name: "/o-a",
    Created: "2026-01-01T00:00:00.5Z",
    HostConfig: { Memory: 0 },
    Config: { Tty: false, Labels: { "longshore.id": "a", "longshore.hash": "v1:x", ...labels } },
    State: {
      Status: "exited",
      Running: false,
      OOMKilled: false,
      ExitCode: 0,
      Error: "",
      StartedAt: "2026-01-01T00:00:01Z",
      FinishedAt: "2026-01-01T00:00:02Z",
      ...state,
    },
  }) as never;
const zero = "0001-01-01T00:00:00Z";

describe("states as the engine reports them", () => {
  test.each<[string, object, object]>([
    ["created, not started", { Status: "created", StartedAt: zero, FinishedAt: zero }, { phase: "pending" }],
    ["running", { Status: "running", Running: true, FinishedAt: zero }, { phase: "running" }],
    ["paused", { Status: "paused", Running: true, FinishedAt: zero }, { phase: "running" }],
    ["exited 0", {}, { phase: "exited", outcome: "succeeded", exit: { code: 0 } }],
    ["exited 3", { ExitCode: 3 }, { outcome: "failed", exit: { code: 3 } }],
    ["dead", { Status: "dead", ExitCode: 137 }, { outcome: "failed", exit: { code: 137 } }],
    [
      "a start that failed",
      {
        Status: "created",
        ExitCode: 127,
        Error: 'exec: "x": executable file not found in $PATH',
        StartedAt: zero,
        FinishedAt: zero,
      },
      { outcome: "failed", diagnosis: { code: "command-not-found" }, finishedAt: "2026-01-01T00:00:00.500000000Z" },
    ],
    [
      "a port that is taken",
      {
        Status: "created",
        ExitCode: 128,
        Error: "driver failed programming external connectivity",
        StartedAt: zero,
        FinishedAt: zero,
      },
      { outcome: "failed", diagnosis: { code: "invalid-config" } },
    ],
  ])("%s", (_name, state, expected) => {
    expect(mapContainer(container(state), undefined).state).toMatchObject(expected);
  });
  test("an intent beats the code, and a start that failed has no exit", () => {
    expect(mapContainer(container({}), "stopped").state).toMatchObject({ outcome: "stopped", exit: { code: 0 } });
    const never = container({ Status: "created", ExitCode: 127, Error: "x", StartedAt: zero, FinishedAt: zero });
    expect(mapContainer(never, undefined).state).not.toHaveProperty("exit");
  });
  test("a deadline counts from the start", () => {
    expect(
      mapContainer(container({ Status: "running", Running: true }, { "longshore.timeout-ms": "1500" }), undefined).deadline,
    ).toBe("2026-01-01T00:00:02.500000000Z");
  });
});

async function* torn(whole: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size);
}
const frame = (type: number, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

describe("bodies, torn anywhere", () => {
  const whole = Buffer.concat([frame(1, "one\n"), frame(2, "zwei é\n"), frame(0, ""), frame(1, "x".repeat(300))]);
  test.each([1, 3, 7, 8, 9, 1000])("frames in chunks of %i", async (size) => {
    const frames = (await Array.fromAsync(parseLogFrames(torn(whole, size)))).flat();
    expect(frames.map(({ stream, bytes }) => `${stream} ${bytes.toString()}`)).toEqual([
      "stdout one\n",
      "stderr zwei é\n",
      "stdout ",
      `stdout ${"x".repeat(300)}`,
    ]);
  });
  test("the engine's own error in a frame of type 3 is an error, not output", async () => {
    const body = torn(Buffer.concat([frame(1, "one\n"), frame(3, "cannot read")]), 5);
    await expect(Array.fromAsync(parseLogFrames(body))).rejects.toThrow(/cannot read/);
  });
  test("a body that ends inside a frame was cut", async () => {
    await expect(Array.fromAsync(parseLogFrames(torn(whole.subarray(0, -1), 50)))).rejects.toMatchObject({ code: "unavailable" });
  });
  test("a terminal's log is cut into entries, also those of a line that the engine split", async () => {
    const at = "2026-01-31T12:00:00.000000000Z ";
    const long = Buffer.from(`${at}short\r\n${at}${"x".repeat(16_384)}${at}rest\r\n`);
    const entries = (await Array.fromAsync(parseTerminalLog(torn(long, 1000)))).flat();
    expect(entries.map(({ bytes }) => bytes.length)).toEqual([at.length + 7, at.length + 16_384, at.length + 6]);
  });
});

describe("the engine is found as Docker's own client finds it", () => {
  let home = "";
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "longshore-home-"));
    const digest = createHash("sha256").update("far").digest("hex");
    await mkdir(join(home, ".docker", "contexts", "meta", digest), { recursive: true });
    const meta = { Name: "far", Endpoints: { docker: { Host: "tcp://10.0.0.5:2375" } } };
    await writeFile(join(home, ".docker", "contexts", "meta", digest, "meta.json"), JSON.stringify(meta));
    await mkdir(join(home, "tls"));
    for (const name of ["ca", "cert", "key"]) await writeFile(join(home, "tls", `${name}.pem`), name);
  });
  afterAll(() => rm(home, { recursive: true, force: true }));
  const find = (config: object, environment: Record<string, string> = {}): Promise<object> =>
    findEngine(config, { environment, home });

  test("by configuration, DOCKER_HOST, DOCKER_CONTEXT and the current context, in that order", async () => {
    const env = { DOCKER_HOST: "tcp://h:1", DOCKER_CONTEXT: "far" };
    expect(await find({ host: "unix:///x" }, env)).toEqual({ socketPath: "/x" });
    expect(await find({}, env)).toEqual({ host: "h", port: 1, protocol: "http" });
    expect(await find({}, { DOCKER_CONTEXT: "far" })).toEqual({ host: "10.0.0.5", port: 2375, protocol: "http" });
    await writeFile(join(home, ".docker", "config.json"), '{"currentContext":"far"}');
    expect(await find({})).toMatchObject({ host: "10.0.0.5" });
    await rm(join(home, ".docker", "config.json"));
  });
  test("with TLS", async () => {
    const env = { DOCKER_HOST: "tcp://h", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: join(home, "tls") };
    expect(await find({}, env)).toEqual({ host: "h", port: 2376, protocol: "https", ca: "ca", cert: "cert", key: "key" });
  });
  test("a rootless socket", async () => {
    await writeFile(join(home, "docker.sock"), "");
    expect(["/var/run/docker.sock", join(home, "docker.sock")]).toContain(
      ((await find({}, { XDG_RUNTIME_DIR: home })) as { socketPath: string }).socketPath,
    );
  });
  test.each([
    [{ context: "nope" }, /no Docker context "nope"/],
    [{ host: "ssh://h" }, /unix:\/\/PATH or tcp/],
    [{ host: "tcp://h:1", certificates: "/nowhere" }, /ca\.pem, cert\.pem and key\.pem/],
  ])("%j is refused", async (config, message) => {
    await expect(find(config)).rejects.toThrow(message);
  });
});

describe("samples, between two readings of the engine's", () => {
  const reading = (read: string, total_usage: number, memory: ContainerReading["memory_stats"] = {}): ContainerReading => ({
    read,
    cpu_stats: { cpu_usage: { total_usage } },
    memory_stats: memory,
  });
  const before = reading("2026-01-31T12:00:00.9Z", 5_000_000_000);
  test("processor time is by the clock, in thousandths", () => {
    const now = reading("2026-01-31T12:00:02.900000001Z", 5_500_000_000);
    expect(toSample("abc", before, now)).toEqual({
      at: "2026-01-31T12:00:02.900000001Z",
      instance: "abc",
      cpu: 250,
      memory: 0,
    });
  });
  // As cgroup v1 names them, with what counts for the container alone and for all beneath it; then v2.
  test.each([
    ["v1", { cache: 52_428_800, inactive_file: 0, total_inactive_file: 31_457_280 }],
    ["v2", { anon: 1, file: 52_428_800, inactive_file: 31_457_280 }],
  ])("memory is without what the kernel would give up first: cgroup %s", (_version, stats) => {
    const now = reading("2026-01-31T12:00:01.9Z", 5_000_000_000, { usage: 104_857_600, stats });
    expect(toSample("abc", before, now)?.memory).toBe(70);
  });
  test("a clock that stood still, or a counter that began anew, says nothing", () => {
    expect(toSample("abc", before, reading(before.read, 6_000_000_000))).toBeUndefined();
    expect(toSample("abc", before, reading("2026-01-31T12:00:01.9Z", 1))).toBeUndefined();
  });
});
