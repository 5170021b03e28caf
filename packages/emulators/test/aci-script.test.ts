import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AciBed, containerOf, groupOf, image, resourceGroup, transports, until } from "./aci-kit.ts";

const engines = ["process", ...(existsSync("/var/run/docker.sock") ? ["docker" as const] : [])] as const;
const cases = transports.flatMap((transport) => engines.map((engine) => ({ transport, engine })));
const unpullable = "127.0.0.1:1/none:1";

describe.each(cases)("a script with the plain client over $transport, containers by $engine", ({ transport, engine }) => {
  let bed: AciBed;
  beforeAll(async () => {
    bed = await AciBed.start({ engine, http: transport === "http", missingImages: [unpullable] });
  });
  afterAll(async () => {
    expect(await bed.nonconforming()).toEqual([]);
    await bed[Symbol.asyncDispose]();
  });

  test("creates a group, awaits it, and reads its exit code and its lines; then deletes it", async () => {
    const created = await bed.create("hello", groupOf("for n in 1 2 3; do echo line $n; done; echo wrong >&2; exit 3"));
    expect(created).toMatchObject({ name: "hello", provisioningState: "Succeeded", location: "westeurope" });
    const view = await bed.ended("hello");
    expect(view).toMatchObject({
      provisioning: "Succeeded",
      state: "Failed",
      containers: [{ state: "Terminated", exitCode: 3 }],
    });
    expect((await bed.logs("hello")).split("\n").sort()).toEqual(["", "line 1", "line 2", "line 3", "wrong"]);
    await bed.delete("hello");
    await expect(bed.get("hello")).rejects.toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
  });

  test("tells success, and reads the end of the lines, with times and without", async () => {
    await bed.create("tail", groupOf("for n in 1 2 3 4 5; do echo line $n; done"));
    expect(await bed.ended("tail")).toMatchObject({ state: "Succeeded", containers: [{ exitCode: 0 }] });
    expect(await bed.logs("tail", { tail: 2 })).toBe("line 4\nline 5\n");
    const timed = (await bed.logs("tail", { timestamps: true })).trimEnd().split("\n");
    expect(timed).toHaveLength(5);
    for (const line of timed) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line \d$/);
  });

  test("stops a group and starts it again", async () => {
    await bed.create("service", groupOf("echo up; sleep 300", { restartPolicy: "Always" }));
    await until(
      () => bed.logs("service"),
      (text) => text === "up\n",
    );
    expect(await bed.view("service")).toMatchObject({ state: "Running", containers: [{ state: "Running", restartCount: 0 }] });
    expect(await bed.stop("service")).toMatchObject({ state: "Stopped", containers: [{ state: "Terminated" }] });
    await bed.start("service");
    expect(await bed.view("service")).toMatchObject({ state: "Running", provisioning: "Succeeded" });
    await bed.delete("service");
  });

  test("runs a program beside the container's own, and types into it", async () => {
    await bed.create("exec", groupOf("sleep 300"));
    const shell = await bed.exec("exec", "sh");
    shell.send("echo $((6 * 7)) typed\n");
    await shell.shows("42 typed");
    shell.send("exit\n");
    expect(await shell.closed).toBe(1000);
    await bed.delete("exec");
  });

  test("follows what a container says", async () => {
    await bed.create("attach", groupOf("n=0; while [ $n -lt 20 ]; do echo tick; n=$((n + 1)); sleep 0.1; done"));
    const socket = await bed.attach("attach");
    await socket.shows("tick");
    expect(await socket.closed).toBe(1000);
    expect(await bed.ended("attach")).toMatchObject({ state: "Succeeded" });
  });

  test("runs containers beside each other, and init containers before them", async () => {
    const resources = { requests: { cpu: 0.5, memoryInGB: 0.5 } };
    const [init, more] = ["init", "more"].map((name) => ({ name, image, command: ["sh", "-c", `echo ${name}`] }));
    const containers = [containerOf("echo main", { resources }), { ...more!, resources }];
    await bed.create("several", groupOf("", { containers, initContainers: [init!] }));
    expect(await bed.ended("several")).toMatchObject({ state: "Succeeded", containers: [{ exitCode: 0 }, { exitCode: 0 }] });
    const said = ["init", "main", "more"].map((container) => bed.logs("several", { container }));
    expect(await Promise.all(said)).toEqual(["init\n", "main\n", "more\n"]);
  });

  test("lists groups without how they are", async () => {
    await bed.create("listed", groupOf("true", { tags: { who: "me" } }));
    const listed = (await bed.list()).find(({ name }) => name === "listed");
    expect(listed).toMatchObject({ tags: { who: "me" }, provisioningState: "Succeeded" });
    expect([listed?.instanceView, listed?.containers[0]?.instanceView]).toEqual([undefined, undefined]);
    const updated = await bed.client.containerGroups.update(resourceGroup, "listed", { tags: { who: "you" } });
    expect(updated.tags).toEqual({ who: "you" });
  });

  test("tries again and again to pull an image that is not there", async () => {
    await bed.ask("unpullable", groupOf("true", { containers: [containerOf("true", { image: unpullable })] }));
    const events = (name: string) => async () =>
      (await bed.get(name)).containers[0]?.instanceView?.events?.find((event) => event.name === "Failed");
    const failed = await until(events("unpullable"), (event) => (event?.count ?? 0) > 1);
    expect(failed?.message).toMatch(/Failed to pull image "127\.0\.0\.1:1\/none:1"/);
    expect(await bed.view("unpullable")).toMatchObject({
      state: "Pending",
      containers: [{ state: "Waiting", events: ["Pulling", "Failed", "BackOff"] }],
    });
    await bed.delete("unpullable");
  });
});
