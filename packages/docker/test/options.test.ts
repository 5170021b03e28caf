import type { WorkloadSpec } from "@longshore/core";
import { describe, expect, test } from "vitest";
import type { DockerOptions } from "../src/docker-config.ts";
import { optionsSchema } from "../src/docker-schemas.ts";
import { toContainerRequest } from "../src/to-container-request.ts";

const plan = (options: DockerOptions, more: Partial<WorkloadSpec> = {}, local = true) => {
  const spec = { kind: "task", id: "a", image: "some:1", ...more } as WorkloadSpec;
  return toContainerRequest({ spec, options, resources: {}, specHash: "v1:x" }, { owner: "o" as never, local });
};
const bodyOf = (options: DockerOptions, more: Partial<WorkloadSpec> = {}, local = true): Readonly<Record<string, unknown>> => {
  const create = plan(options, more, local).requests.find(({ request }) => request === "create");
  return create?.request === "create" ? create.body : {};
};
const paths = ({ problems }: ReturnType<typeof plan>): readonly string[] => problems.map(({ path }) => path);

describe("options.docker", () => {
  test.each<[object, string]>([
    [{ network: "-bad" }, "network"],
    [{ networks: [] }, "networks"],
    [{ networks: ["fine", "/"] }, "networks.1"],
    [{ networkAliases: ["under_", "ok"] }, "networkAliases.0"],
    [{ extraHosts: ["name"] }, "extraHosts.0"],
    [{ dns: ["name"] }, "dns.0"],
    [{ publishOn: "localhost" }, "publishOn"],
    [{ shmSize: "64MB" }, "shmSize"],
    [{ ulimits: { files: { soft: 1 } } }, "ulimits.files"],
    [{ ulimits: { nofile: { soft: 2, hard: 1 } } }, "ulimits.nofile"],
    [{ tmpfs: { scratch: "" } }, "tmpfs.scratch"],
    [{ devices: ["null"] }, "devices.0"],
    [{ healthcheck: { command: [] } }, "healthcheck.command"],
    [{ netwrk: "x" }, ""],
  ])("%j is refused at its place", (options, path) => {
    const { error } = optionsSchema.safeParse(options);
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
  test("all of them reach the engine", () => {
    const options: DockerOptions = {
      networks: ["front", "back"],
      networkAliases: ["web"],
      extraHosts: ["db:10.0.0.1"],
      dns: ["10.0.0.2"],
      shmSize: "1Gi",
      ulimits: { nofile: { soft: 1, hard: 2 }, core: { soft: 0 } },
      tmpfs: { "/scratch": "size=16m" },
      devices: ["/dev/null", "/dev/zero:/dev/nothing:r"],
    };
    expect(optionsSchema.parse(options)).toEqual(options);
    expect(bodyOf(options)).toMatchObject({
      HostConfig: {
        NetworkMode: "front",
        ExtraHosts: ["db:10.0.0.1"],
        Dns: ["10.0.0.2"],
        ShmSize: 1_073_741_824,
        Ulimits: [
          { Name: "nofile", Soft: 1, Hard: 2 },
          { Name: "core", Soft: 0, Hard: 0 },
        ],
        Tmpfs: { "/scratch": "size=16m" },
        Devices: [
          { PathOnHost: "/dev/null", PathInContainer: "/dev/null", CgroupPermissions: "rwm" },
          { PathOnHost: "/dev/zero", PathInContainer: "/dev/nothing", CgroupPermissions: "r" },
        ],
      },
      NetworkingConfig: { EndpointsConfig: { front: { Aliases: ["web"] } } },
    });
    const connected = plan(options).requests.filter(({ request }) => request === "connect");
    expect(connected).toEqual([{ request: "connect", name: "o-a", network: "back", aliases: ["web"] }]);
  });
  test("ports are this machine's own, where the engine is", () => {
    const ports = [{ port: 80 }, { port: 81, protocol: "udp" as const, publish: 8081 }];
    expect(bodyOf({}, { ports })).toMatchObject({
      HostConfig: {
        PortBindings: {
          "80/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }],
          "81/udp": [{ HostIp: "127.0.0.1", HostPort: "8081" }],
        },
      },
    });
    expect(plan({}, { ports }, false).adjustments).toContainEqual(expect.objectContaining({ path: "ports", to: "0.0.0.0" }));
    expect(bodyOf({ publishOn: "10.0.0.9" }, { ports }, false)).toMatchObject({
      HostConfig: { PortBindings: { "80/tcp": [{ HostIp: "10.0.0.9" }] } },
    });
  });
});

describe("what excludes each other", () => {
  const service = (more: object): Partial<WorkloadSpec> => ({ kind: "service", ...more }) as never;
  test.each<[string, DockerOptions, Partial<WorkloadSpec>, readonly string[]]>([
    ["one network and several", { network: "a", networks: ["b"] }, {}, ["options.docker.networks"]],
    ["host beside another", { networks: ["host", "a"] }, {}, ["options.docker.networks"]],
    ["names on no network of one's own", { networkAliases: ["web"] }, {}, ["options.docker.networkAliases"]],
    ["ports on no network", { network: "none" }, { ports: [{ port: 80 }] }, ["ports", "options.docker.network"]],
    [
      "another port on host",
      { network: "host" },
      { ports: [{ port: 80, publish: 81 }] },
      ["ports.0.publish", "options.docker.network"],
    ],
    ["a probe of a task", { healthcheck: { command: ["x"] } }, {}, ["options.docker.healthcheck"]],
    ["a probe and no readiness", { healthcheck: { command: ["x"] } }, service({}), ["options.docker.healthcheck"]],
    [
      "several instances and one port",
      {},
      service({ replicas: 2, ports: [{ port: 80, publish: 80 }] }),
      ["ports.0.publish", "replicas"],
    ],
    [
      "several instances on host",
      { network: "host" },
      service({ replicas: 2, ports: [{ port: 80 }] }),
      ["replicas", "options.docker"],
    ],
  ])("%s", (_name, options, more, expected) => {
    expect(paths(plan(options, more))).toEqual(expected);
  });
});
