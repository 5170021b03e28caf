import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serviceAccount } from "./kit.ts";
import { World } from "./world.ts";

const preflightOf = ({ runtime }: World) => runtime.capabilities.preflight.preflight;
const told = (found: readonly { readonly what: string; readonly message: string }[]): readonly string[] =>
  found.map(({ what, message }) => `${what} ${message}`);

describe.each(["grpc", "rest"] as const)("rights over %s", (transport) => {
  test("nothing stands in the way", async () => {
    await using world = await World.open({}, { transport });
    expect(await preflightOf(world)(undefined)).toEqual([]);
    expect(await world.bed.natives(world.owner)).toEqual([]);
  });
  test("nobody may run programs as an account that is not his", async () => {
    await using world = await World.open({ deniedPermissions: ["iam.serviceAccounts.actAs"] }, { transport });
    expect(told(await preflightOf(world)(undefined))).toEqual([
      expect.stringMatching(/^permission .*iam\.serviceAccounts\.actAs.*program@/),
    ]);
  });
  test("an account that does not exist", async () => {
    await using world = await World.open({ serviceAccounts: ["other@longshore-tests.iam.gserviceaccount.com"] }, { transport });
    const found = await preflightOf(world)(undefined);
    expect(told(found)).toEqual([expect.stringContaining(serviceAccount)]);
  });
});
test("each right that is missing is named", async () => {
  const deniedPermissions = ["run.jobs.create", "run.executions.cancel", "logging.logEntries.list"];
  await using world = await World.open({ deniedPermissions }, { transport: "rest" });
  const found = await preflightOf(world)(undefined);
  const names = found.map(({ message }) => /(?:run|logging)\.\w+\.\w+/.exec(message)?.[0] ?? "");
  expect(names.toSorted()).toEqual(deniedPermissions.toSorted());
});

describe("images", () => {
  const index = (...architectures: readonly string[]) => ({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: architectures.map((architecture) => ({ platform: { os: "linux", architecture } })),
  });
  const answers: Readonly<Record<string, object>> = {
    "/v2/team/both/manifests/1": index("arm64", "amd64"),
    "/v2/team/arm/manifests/1": index("arm64"),
    "/v2/team/single/manifests/1": { schemaVersion: 2, config: { digest: "sha256:0a" } },
    "/v2/team/single/blobs/sha256:0a": { os: "linux", architecture: "arm64" },
  };
  let registry: Server;
  let host: string;
  beforeAll(async () => {
    // A registry that gives its answers to whoever has asked for a token.
    registry = createServer((request, response) => {
      const challenge = `Bearer realm="http://${host}/token",service="here"`;
      if (request.url?.startsWith("/token")) return void response.end(JSON.stringify({ token: "t" }));
      if (request.headers.authorization !== "Bearer t")
        return void response.writeHead(401, { "www-authenticate": challenge }).end();
      const answer = answers[request.url ?? ""];
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? {}));
    }).listen(0, "127.0.0.1");
    await once(registry, "listening");
    host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
  });
  afterAll(() => void registry.close());

  test.each([
    ["team/arm:1", ["linux/arm64"]],
    ["team/single:1", ["linux/arm64"]],
    ["team/both:1", []],
    ["team/nobody-knows:1", []],
  ] as const)("%s", async (name, refused) => {
    await using world = await World.open();
    const image = `${host}/${name}`;
    const found = await preflightOf(world)(world.task("true", { image }));
    expect(told(found)).toEqual(
      refused.map((platform) => `host-size ${image} is built for ${platform}; Cloud Run runs linux/amd64 alone`),
    );
  });
});
