import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AciBed, containerOf, groupOf, image, until } from "./aci-kit.ts";
import { engines } from "./ecs-kit.ts";

const [, { title, lacking }] = engines;
const half = { requests: { cpu: 0.5, memoryInGB: 0.5 } };

describe.skipIf(lacking)(`container groups by ${title}`, () => {
  let bed: AciBed;
  beforeAll(async () => {
    bed = await AciBed.start({ engine: "docker" });
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  test("containers share their network and volumes, find their secrets, and are who they shall be", async () => {
    const volumes = [
      { name: "site-volume", emptyDir: {} },
      { name: "keys-volume", secret: { key: Buffer.from("do-not-tell").toString("base64") } },
    ];
    const site = { name: "site-volume", mountPath: "/www" };
    const keys = { name: "keys-volume", mountPath: "/mnt/keys" };
    const server = containerOf("while [ ! -e /www/index.html ]; do sleep 0.1; done; httpd -f -p 8080 -h /www", {
      name: "server",
      volumeMounts: [site],
      resources: half,
      ports: [{ port: 8080 }],
    });
    const script = [
      "cp /mnt/keys/key /www/index.html",
      "until wget -qO- http://127.0.0.1:8080/; do sleep 0.1; done; echo",
      "id -u; touch /mnt/keys/other || echo read-only",
      "sleep 300",
    ].join("; ");
    const main = containerOf(script, { volumeMounts: [site, keys], securityContext: { runAsUser: 1234 }, resources: half });
    const ipAddress = { type: "Public", ports: [{ port: 8080 }] };
    const group = await bed.create(
      "web",
      groupOf("", { volumes, containers: [main, server], ipAddress, restartPolicy: "Always" }),
    );
    const said = await until(
      () => bed.logs("web"),
      (text) => text.includes("read-only\n"),
    );
    expect(said.split("\n").filter((line) => !line.startsWith("touch:") && !line.startsWith("wget:"))).toEqual([
      "do-not-tell",
      "1234",
      "read-only",
      "",
    ]);
    const answer = await fetch(`http://${group.ipAddress?.ip}:8080/`);
    expect(await answer.text()).toBe("do-not-tell");
    await bed.delete("web");
  });

  test("a container that runs out of memory is killed, and it is told", async () => {
    const eating = "sh -c 'echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero'";
    // An engine hears of a lack of memory only in a container that has been there for a moment, and stays for one.
    const script = `sleep 0.5; ${eating}; code=$?; sleep 1; exit $code`;
    const resources = { requests: { cpu: 1, memoryInGB: 0.1 } };
    await bed.create("hungry", groupOf("", { containers: [containerOf(script, { resources })] }));
    expect(await bed.ended("hungry")).toMatchObject({ state: "Failed", containers: [{ exitCode: 137 }] });
    const [container] = (await bed.get("hungry")).containers;
    expect(container?.instanceView?.currentState?.detailStatus).toBe("OOMKilled");
  });

  test("a container may use what its group has, and its command stands in for the image's", async () => {
    const containers = [
      containerOf("cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; true", {
        resources: half,
      }),
      { ...containerOf("", { resources: half }), name: "limited", command: ["echo", "alone"] },
    ];
    await bed.create("sized", groupOf("", { containers }));
    expect(await bed.ended("sized")).toMatchObject({ state: "Succeeded" });
    expect(Number(await bed.logs("sized"))).toBe(2 ** 30);
    expect(await bed.logs("sized", { container: "limited" })).toBe("alone\n");
  });

  test("what runs no more leaves no container", async () => {
    const init = { name: "init", image, command: ["true"] };
    await bed.create("gone", groupOf("true", { initContainers: [init] }));
    await bed.ended("gone");
    const containers = async (): Promise<unknown[]> => {
      const { default: Docker } = await import("dockerode");
      const { id } = await bed.get("gone");
      return new Docker().listContainers({ all: true, filters: { label: [`longshore.emulator.group=${id}`] } });
    };
    expect(await until(containers, (left) => left.length === 0)).toEqual([]);
  });
});
