import { environmentSecrets, LongshoreError } from "@longshore/core";
import { outOfMemoryScript } from "@longshore/conformance";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { cleanUp, native, needEngine, open, sh, someOwner, texts } from "./kit.ts";

const who = someOwner();
beforeEach(needEngine);
afterAll(() => cleanUp(who));

const inspected = async (name: string): Promise<Record<string, Record<string, unknown>>> =>
  (JSON.parse(await native("inspect", `${who}-${name}`)) as Record<string, Record<string, unknown>>[])[0] ?? {};

describe("the container", () => {
  test("is hardened unless the spec says otherwise, and its memory limit includes swap", async () => {
    await using runtime = await open(who);
    await runtime.start(sh("hard", "true", { resources: { cpu: "500m", memory: "64Mi" } }));
    const { HostConfig } = await inspected("hard");
    expect(HostConfig).toMatchObject({
      Privileged: false,
      SecurityOpt: ["no-new-privileges"],
      CapDrop: ["ALL"],
      PidsLimit: 4096,
      Memory: 67_108_864,
      MemorySwap: 67_108_864,
      NanoCpus: 500_000_000,
      AutoRemove: false,
      LogConfig: { Type: "json-file", Config: {} },
    });
    const hardening = { noNewPrivileges: false, drop: ["NET_RAW"], add: ["SYS_PTRACE"], readOnlyRoot: true };
    await runtime.start(sh("soft", "true", { hardening }));
    expect((await inspected("soft"))["HostConfig"]).toMatchObject({
      SecurityOpt: [],
      CapDrop: ["NET_RAW"],
      CapAdd: ["SYS_PTRACE"],
      ReadonlyRootfs: true,
    });
  });

  test("runs as asked: user, folder, variables, entrypoint, labels", async () => {
    await using runtime = await open(who);
    const spec = sh("asked", "id -u; pwd; echo $A", {
      entrypoint: ["sh", "-c"],
      command: ["id -u; pwd; echo $A"],
      user: "1234",
      workingDirectory: "/tmp",
      env: { A: "é $x" },
      labels: { team: "a b" },
    });
    expect(await runtime.run(spec).result).toMatchObject({ outcome: "succeeded" });
    expect(await texts(runtime, spec.id)).toEqual(["1234", "/tmp", "é $x"]);
    expect(await runtime.inspect(spec.id)).toMatchObject({ labels: { team: "a b" } });
    expect(await native("ps", "-aq", "--filter", "label=team=a b", "--filter", `label=longshore.owner=${who}`)).not.toBe("");
  });

  test("gets secrets as files that docker inspect does not show, also with a read-only root", async () => {
    const secrets = environmentSecrets({ TOKEN: "hunter22-secret" });
    await using runtime = await open(who, {}, { secrets });
    const spec = sh("secret", "stat -c '%a %u' $KEY_FILE; cat $KEY_FILE; echo; wc -c < $KEY_FILE", {
      secrets: { KEY: { resolve: "env:TOKEN", as: "file" } },
      user: "1234:1234",
      hardening: { readOnlyRoot: true },
    });
    expect(await runtime.run(spec).result).toMatchObject({ outcome: "succeeded" });
    expect(await texts(runtime, spec.id)).toEqual(["400 1234", "***", "15"]);
    expect(JSON.stringify(await inspected("secret"))).not.toContain("hunter22");
    expect(await runtime.explain(spec)).not.toContain("hunter22");
    await runtime.remove(spec.id);
    expect(
      await native("volume", "ls", "-q", "--filter", "label=longshore.id=secret", "--filter", `label=longshore.owner=${who}`),
    ).toBe("");
  });
});

describe("endings", () => {
  test.each([
    ["zero", "exit 0", { outcome: "succeeded", exit: { code: 0 } }],
    ["three", "exit 3", { outcome: "failed", exit: { code: 3 }, diagnosis: { code: "exit-code", class: "user" } }],
    ["kill", "kill -9 $$; sleep 1; exit 7", { outcome: "failed" }],
    ["over", "exit 137", { outcome: "failed", exit: { code: 137 }, diagnosis: { code: "exit-code" } }],
  ])("%s", async (id, script, ending) => {
    await using runtime = await open(who);
    expect(await runtime.run(sh(`end-${id}`, script)).result).toMatchObject(ending);
  });

  test("out of memory is the reason of a failure, and none of a success", async () => {
    await using runtime = await open(who);
    const failed = await runtime.run(sh("oom-main", outOfMemoryScript, { resources: { memory: "32Mi" } })).result;
    expect(failed).toMatchObject({ outcome: "failed", exit: { oomKilled: true }, diagnosis: { code: "out-of-memory" } });
    const child = await runtime.run(sh("oom-child", `(${outOfMemoryScript}); exit 0`, { resources: { memory: "32Mi" } })).result;
    expect(child).toMatchObject({ outcome: "succeeded", exit: { code: 0, oomKilled: true } });
  });

  test.each([
    ["missing", ["nonesuch"], "command-not-found"],
    ["folder", ["/etc"], "command-not-executable"],
  ])("a command that cannot be started is an ending without an exit code: %s", async (id, command, code) => {
    await using runtime = await open(who);
    const started = await runtime.start(sh(`bad-${id}`, "", { command }));
    expect(started).toMatchObject({ state: { phase: "exited", outcome: "failed", diagnosis: { code, class: "config" } } });
    expect(started).not.toHaveProperty("state.exit");
    expect(started).not.toHaveProperty("state.startedAt");
  });

  test("a time limit ends it, and says so to a new process", async () => {
    await using runtime = await open(who);
    const spec = sh("limit", "trap 'exit 0' TERM; while :; do sleep 0.1; done", { timeoutMs: 1000 });
    expect(await runtime.run(spec).result).toMatchObject({
      outcome: "timed-out",
      exit: { code: 0 },
      diagnosis: { code: "time-limit" },
    });
    await using other = await open(who);
    expect(await other.inspect(spec.id)).toMatchObject({ state: { outcome: "timed-out" } });
  });

  test("a container that traps TERM and exits 0 was stopped, also in the eyes of a new process", async () => {
    await using runtime = await open(who);
    const spec = sh("trap", "trap 'exit 0' TERM; echo up; while :; do sleep 0.1; done");
    await runtime.start(spec);
    for await (const _up of runtime.logs(spec.id, { follow: true })) break;
    await using other = await open(who);
    expect(await other.stop(spec.id)).toMatchObject({ state: "confirmed", forced: false, graceMs: 10_000 });
    await using third = await open(who);
    expect(await third.inspect(spec.id)).toMatchObject({ state: { outcome: "stopped", exit: { code: 0 } } });
    expect(await third.stop(spec.id)).toMatchObject({ state: "confirmed", forced: false });
  });

  test("what ignores TERM is killed after the grace; the spec's own grace is kept for whoever stops it", async () => {
    await using runtime = await open(who);
    const spec = sh("deaf", "trap '' TERM; echo up; while :; do sleep 0.1; done", { stopGraceMs: 300 });
    await runtime.start(spec);
    for await (const _up of runtime.logs(spec.id, { follow: true })) break;
    await using other = await open(who);
    expect(await other.stop(spec.id)).toMatchObject({ state: "confirmed", forced: true, graceMs: 300 });
    expect(await other.inspect(spec.id)).toMatchObject({ state: { outcome: "stopped" } });
  });
});

describe("refusals, before anything starts", () => {
  test.each([
    ["no image", { image: undefined }, "image"],
    ["too little memory", { resources: { memory: "5Mi" as const } }, "resources.memory"],
    ["a secret as variable", { secrets: { K: { resolve: "env:K", as: "env" as const } } }, "secrets.K.as"],
    ["a secret of the backend's", { secrets: { K: { backend: "x", as: "file" as const } } }, "secrets.K"],
    ["a role", { identity: { taskRole: "r" } }, "identity"],
    ["an unknown option", { options: { docker: { netwrk: "x" } } }, "options.docker"],
    ["a limit that Docker lacks", { resources: { ephemeralStorage: "1Gi" as const } }, "resources.ephemeralStorage"],
  ])("%s", async (_name, more, path) => {
    await using runtime = await open(who);
    const spec = { ...sh("refused", "true"), ...more } as never;
    await expect(runtime.start(spec)).rejects.toSatisfy(
      (error) => LongshoreError.is(error, "invalid-spec") && error.message.includes(path),
    );
    expect(await native("ps", "-aq", "--filter", "label=longshore.id=refused", "--filter", `label=longshore.owner=${who}`)).toBe(
      "",
    );
  });
});

test("an engine on a socket is asked in plain, whatever the environment says of others", async () => {
  vi.stubEnv("DOCKER_TLS_VERIFY", "1");
  try {
    await using runtime = await open(who, { host: "unix:///var/run/docker.sock" });
    await expect(runtime.ping()).resolves.toBeUndefined();
  } finally {
    vi.unstubAllEnvs();
  }
});
