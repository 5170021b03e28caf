import { readFile } from "node:fs/promises";
import { X509Certificate } from "node:crypto";
import { ContainerInstanceManagementClient } from "@azure/arm-containerinstance";
import { describe, expect, test } from "vitest";
import { answerProblems, checkRequest } from "../src/azure/check-json.ts";
import { makeCertificate } from "../src/azure/make-certificate.ts";
import { loadContainerInstanceApi, type SchemaModel } from "../src/azure/open-api.ts";
import { AciBed, groupsPath, refusal, resourceGroup, subscription, wireContainer, wireGroup } from "./aci-kit.ts";

const resources = (cpu: number, memoryInGB: number) => ({ resources: { requests: { cpu, memoryInGB } } });
const variable = (name: string, more: object = { value: "x" }) => ({ environmentVariables: [{ name, ...more }] });
const container = (more: object, name = "main") => wireGroup({ containers: [wireContainer(more, name)] });
const ipAddress = (more: object) => ({ ipAddress: { type: "Public", ports: [{ port: 80 }], ...more } });
const ports = { containers: [wireContainer({ ports: [{ port: 80 }] })] };
const volume = (more: object, name = "a-volume") => wireGroup({ volumes: [{ name, ...more }] });

const refused: readonly (readonly [string, object | string, string, RegExp])[] = [
  [
    "a member that is not known",
    container({ imag: "x" }),
    "InvalidRequestContent",
    /member "imag".*properties\.containers\[0\]\.properties\.imag"/,
  ],
  [
    "a member that is missing",
    wireGroup({ containers: [{ name: "main", properties: { image: "x" } }] }),
    "InvalidRequestContent",
    /"resources"/,
  ],
  [
    "a number that is a text",
    container({ resources: { requests: { cpu: "1", memoryInGB: 1 } } }),
    "InvalidRequestContent",
    /number/,
  ],
  [
    "an enum that is none",
    wireGroup({ restartPolicy: "Sometimes" }),
    "InvalidRequestContent",
    /"Sometimes" is none of Always, OnFailure, Never/,
  ],
  ["no JSON", "{", "InvalidRequestContent", /JSON/],
  ["no body", "", "InvalidRequestContent", /body/],
  ["no location", wireGroup({}, { location: undefined }), "LocationRequired", /location/],
  ["no container", wireGroup({ containers: [] }), "InvalidContainerCount", /60/],
  ["a name with capitals", container({}, "Main"), "InvalidContainerName", /'Main'/],
  ["two hyphens", container({}, "a--b"), "InvalidContainerName", /'a--b'/],
  ["a name twice", wireGroup({ containers: [wireContainer(), wireContainer()] }), "DuplicateContainerName", /'main'/],
  ["1.23 GB", container(resources(1, 1.23)), "InvalidResourceRequests", /0\.1 GB.*1\.23/],
  ["0.05 GB", container(resources(1, 0.05)), "InvalidResourceRequests", /0\.05/],
  ["no CPU", container(resources(0, 1)), "InvalidResourceRequests", /CPU/],
  [
    "limits below requests",
    container({ resources: { requests: { cpu: 1, memoryInGB: 1 }, limits: { cpu: 0.5 } } }),
    "InvalidResourceRequests",
    /below/,
  ],
  [
    "a GPU",
    container({ resources: { requests: { cpu: 1, memoryInGB: 1, gpu: { count: 1, sku: "V100" } } } }),
    "InvalidResourceRequests",
    /GPU/,
  ],
  ["a dot in a variable", container(variable("a.b")), "InvalidContainerEnvironmentVariable", /must start with alphabetic/],
  ["a long variable", container(variable("a".repeat(64))), "InvalidContainerEnvironmentVariable", /invalid/],
  [
    "a variable with two values",
    container(variable("A", { value: "x", secureValue: "y" })),
    "InvalidContainerEnvironmentVariable",
    /'A'/,
  ],
  ["Windows", wireGroup({ osType: "Windows" }), "WindowsNotServed", /Windows/],
  [
    "an image of Windows",
    container({ image: "mcr.microsoft.com/windows/servercore:ltsc2022" }),
    "ImageOsTypeNotMatchContainerGroup",
    /doesn't support specified OS 'Linux'/,
  ],
  ["an image that is said to be", container({ image: "mine:1" }), "ImageOsTypeNotMatchContainerGroup", /mine:1/],
  ["privileges", container({ securityContext: { privileged: true } }), "InvalidSecurityContext", /privileged/],
  ["a port that is none", container({ ports: [{ port: 0 }] }), "InvalidContainerPort", /0/],
  ["six ports", wireGroup(ipAddress({ ports: [1, 2, 3, 4, 5, 6].map((port) => ({ port })) })), "InvalidIPAddressPorts", /1 to 5/],
  ["a port of no container", wireGroup(ipAddress({})), "InvalidIPAddressPorts", /80\/TCP/],
  ["a bad label", wireGroup({ ...ports, ...ipAddress({ dnsNameLabel: "a" }) }), "InvalidDnsNameLabel", /'a'/],
  [
    "a label in private",
    wireGroup({ ...ports, ...ipAddress({ type: "Private", dnsNameLabel: "label" }) }),
    "InvalidDnsNameLabel",
    /private/,
  ],
  [
    "a subnet in public",
    wireGroup({ ...ports, ...ipAddress({}), subnetIds: [{ id: "/subnet" }] }),
    "InvalidIPAddressType",
    /private/,
  ],
  [
    "a port twice",
    wireGroup({ containers: ["a", "b"].map((name) => wireContainer({ ports: [{ port: 80 }] }, name)) }),
    "DuplicatePort",
    /80/,
  ],
  ["a volume of no kind", volume({}), "InvalidVolumeType", /one kind/],
  ["a volume of two kinds", volume({ emptyDir: {}, secret: {} }), "InvalidVolumeType", /one kind/],
  ["a bad volume name", volume({ emptyDir: {} }, "A"), "InvalidVolumeName", /'A'/],
  ["a git repository", volume({ gitRepo: { repository: "https://x" } }), "GitRepoNotServed", /clones/],
  ["a secret that is not in base64", volume({ secret: { key: "a b" } }), "InvalidSecretVolume", /base64/],
  ["a mount of no volume", container({ volumeMounts: [{ name: "none", mountPath: "/x" }] }), "InvalidVolumeMount", /'none'/],
  [
    "too many tags",
    wireGroup({}, { tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, ""])) }),
    "InvalidTags",
    /50/,
  ],
];

describe("requests that are refused", async () => {
  test.each(refused)("%s", async (_, body, code, message) => {
    await using bed = await AciBed.start({ windowsImages: ["mine:1"] });
    const { status, body: answer } = await bed.request("PUT", "job", body);
    expect({ status, answer }).toMatchObject({ status: 400, answer: { error: { code } } });
    expect((answer as { error: { message: string } }).error.message).toMatch(message);
    expect((await bed.request("GET", "job")).status).toBe(404);
  });

  test.each([
    ["PUT", "Job", 400, "InvalidContainerGroupName"],
    ["GET", "job", 404, "ResourceNotFound"],
    ["POST", "job/stop", 404, "ResourceNotFound"],
    ["GET", "job?api-version=2017-01-01", 400, "NoRegisteredProviderFound"],
    ["GET", `${groupsPath}?api-version=`, 400, "NoRegisteredProviderFound"],
    ["GET", "/subscriptions/mine/providers/Microsoft.ContainerInstance/containerGroups", 400, "InvalidSubscriptionId"],
    ["GET", "/anything", 404, "InvalidResourceType"],
    ["GET", "%zz", 404, "ResourceNotFound"],
    ["GET", `${groupsPath}?$skiptoken=abc`, 400, "InvalidSkipToken"],
    ["GET", "job/containers/main/logs?tail=many", 400, "InvalidQueryParameterValue"],
    [
      "GET",
      `${groupsPath.replace(/resourceGroups\/.*/, "providers/Microsoft.ContainerInstance/locations/eastus/operations/none")}`,
      404,
      "OperationNotFound",
    ],
  ])("%s %s", async (method, path, status, code) => {
    await using bed = await AciBed.start();
    const body = method === "PUT" ? wireGroup() : undefined;
    expect(await bed.request(method, path, body)).toMatchObject({ status, body: { error: { code } } });
  });
});

test("what only answers have is passed over, and words are read whatever their case", async () => {
  await using bed = await AciBed.start();
  const view = { instanceView: { restartCount: 7, currentState: { state: "Running" } } };
  const group = wireGroup(
    { osType: "linux", restartPolicy: "never", provisioningState: "Failed", containers: [wireContainer(view)] },
    { id: "x", tags: null },
  );
  const answer = await bed.request("PUT", "job", group);
  expect(answer).toMatchObject({
    status: 201,
    body: {
      properties: {
        osType: "Linux",
        restartPolicy: "Never",
        provisioningState: "Pending",
        containers: [{ properties: { instanceView: { restartCount: 0 } } }],
      },
    },
  });
  await bed.ended("job");
  const got = (await bed.request("GET", "job")).body;
  expect((await bed.request("PUT", "job", got)).status).toBe(200);
  const upper = groupsPath.replace("resourceGroups", "RESOURCEGROUPS").replace("Microsoft", "microsoft");
  expect((await bed.request("GET", `${upper}/JOB`)).status).toBe(200);
});

test("tells its operations, and of each answer which request it is of", async () => {
  await using bed = await AciBed.start();
  const operations = await Array.fromAsync(bed.client.operations.list());
  expect(operations.map(({ name }) => name)).toContain("Microsoft.ContainerInstance/containerGroups/write");
  await bed.request("PUT", "job", wireGroup());
  expect(await bed.client.containerGroups.getOutboundNetworkDependenciesEndpoints("tests", "job")).toMatchObject([]);
  const { headers } = await bed.request("GET", "job");
  expect(headers.get("x-ms-request-id")).toMatch(/^[-0-9a-f]{36}$/);
  expect(await bed.nonconforming()).toEqual([]);
});

test("the extract is whole, describes nothing, and comes with its licence", async () => {
  const api = await loadContainerInstanceApi();
  const reached = new Set<string>();
  const visit = (schema: SchemaModel | null | undefined): void => {
    if (!schema) return;
    if (schema.ref !== undefined && !reached.has(schema.ref)) {
      reached.add(schema.ref);
      visit(api.definitions[schema.ref]);
    }
    for (const inner of [schema.items, schema.additionalProperties, ...Object.values(schema.properties ?? {})]) visit(inner);
  };
  for (const { body, responses } of Object.values(api.operations)) {
    visit(body === undefined ? undefined : { ref: body });
    for (const schema of Object.values(responses)) visit(schema);
  }
  expect([...reached].sort()).toEqual(Object.keys(api.definitions).sort());
  expect(JSON.stringify(api)).not.toMatch(/"description":"|"x-ms-|"title"/);
  expect(await readFile(new URL("../NOTICE", import.meta.url), "utf8")).toMatch(
    /azure-rest-api-specs[^]*The MIT License[^]*Microsoft/,
  );
});

test("answers that are not as they are described are found", async () => {
  const api = await loadContainerInstanceApi();
  const problems = (value: unknown) => answerProblems(api, { ref: "ContainerGroup" }, value);
  const group = wireGroup();
  expect(problems(group)).toEqual([]);
  expect(problems({ ...group, kind: "x" })).toEqual([expect.stringContaining("'kind'")]);
  expect(problems(wireGroup({ osType: "linux" }))).toEqual([expect.stringContaining("'linux' is none of Windows, Linux")]);
  expect(problems(wireGroup({ instanceView: { state: 1 } }))).toEqual([expect.stringContaining("type 'string'")]);
  expect(checkRequest(api, { ref: "ContainerExecRequest" }, { terminalSize: { rows: 2 ** 31 } }).problems).toHaveLength(1);
});

test("a certificate for this machine, by an authority that vouches for nothing else", async () => {
  const [one, other] = await Promise.all([makeCertificate(), makeCertificate()]);
  const [authority, certificate] = [new X509Certificate(one.authority), new X509Certificate(one.certificate)];
  expect(certificate.verify(authority.publicKey)).toBe(true);
  expect(certificate.checkIssued(authority)).toBe(true);
  expect([authority.ca, certificate.ca]).toEqual([true, false]);
  for (const name of ["127.0.0.1", "::1"]) expect(certificate.checkIP(name)).toBeDefined();
  expect(certificate.checkHost("localhost")).toBe("localhost");
  expect(certificate.checkHost("example.com")).toBeUndefined();
  expect(new X509Certificate(other.certificate).verify(authority.publicKey)).toBe(false);
});

test("over TLS nothing is done for who shows no token", async () => {
  await using bed = await AciBed.start({ http: false });
  const { url, ca } = bed.emulator;
  const options = { endpoint: url, tlsOptions: { ca: ca! }, retryOptions: { maxRetries: 0 } };
  const client = new ContainerInstanceManagementClient({ getToken: async () => null }, subscription, options);
  client.pipeline.removePolicy({ name: "bearerTokenAuthenticationPolicy" });
  await expect(client.containerGroups.get(resourceGroup, "job")).rejects.toEqual(refusal(401, "AuthenticationFailed"));
  await expect(bed.get("job")).rejects.toEqual(refusal(404, "ResourceNotFound"));
});
