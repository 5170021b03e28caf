import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AciBed, type Answer, containerOf, groupOf, wireContainer, wireGroup } from "./aci-kit.ts";

const secret = "do-not-tell";
const base64 = Buffer.from(secret).toString("base64");
const volumeMounts = [
  { name: "keys-volume", mountPath: "/mnt/keys", readOnly: true },
  { name: "files-volume", mountPath: "/mnt/files" },
];
const told = (answers: readonly Answer[]): string => JSON.stringify(answers.map(({ body }) => body));

test("secrets reach the container, and come back in no answer", async () => {
  await using bed = await AciBed.start();
  const environmentVariables = [
    { name: "PLAIN", value: "seen" },
    { name: "TOKEN", secureValue: secret },
  ];
  const command = [
    "sh",
    "-c",
    '[ "$TOKEN" = do-not""-tell ] && [ "$(cat /mnt/keys/key)" = do-not""-tell ] && echo "$PLAIN"; sleep 300',
  ];
  const group = wireGroup(
    {
      containers: [wireContainer({ environmentVariables, volumeMounts, command })],
      initContainers: [{ name: "init", properties: { image: "busybox:1.35", command: ["true"], environmentVariables } }],
      imageRegistryCredentials: [{ server: "any.azurecr.io", username: "me", password: secret }],
      diagnostics: { logAnalytics: { workspaceId: "workspace", workspaceKey: secret } },
      extensions: [{ name: "one", properties: { extensionType: "any", version: "1", protectedSettings: { key: secret } } }],
      volumes: [
        { name: "keys-volume", secret: { key: base64 } },
        { name: "files-volume", azureFile: { shareName: "share", storageAccountName: "account", storageAccountKey: secret } },
      ],
    },
    { identity: { type: "SystemAssigned" } },
  );
  const answers = [await bed.request("PUT", "job", group)];
  await bed.until("job", ({ state }) => state === "Running");
  answers.push(
    await bed.request("GET", "job"),
    await bed.request("GET", groups),
    await bed.request("PATCH", "job", { tags: { a: "b" } }),
  );
  await expect.poll(() => bed.logs("job")).toBe("seen\n");
  await bed.stop("job");
  answers.push(await bed.request("DELETE", "job"));
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 200, 200, 200]);
  expect([secret, base64].filter((value) => told(answers).includes(value))).toEqual([]);
  expect(answers[1]).toMatchObject({
    body: {
      identity: { principalId: expect.stringMatching(/^[-0-9a-f]{36}$/) as string },
      properties: {
        containers: [{ properties: { environmentVariables: [{ name: "PLAIN", value: "seen" }, { name: "TOKEN" }] } }],
        imageRegistryCredentials: [{ server: "any.azurecr.io", username: "me" }],
        diagnostics: { logAnalytics: { workspaceId: "workspace" } },
        volumes: [
          { name: "keys-volume", secret: {} },
          { name: "files-volume", azureFile: { shareName: "share", storageAccountName: "account" } },
        ],
      },
    },
  });
  expect(await bed.nonconforming()).toEqual([]);
});

const groups = "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.ContainerInstance/containerGroups";

test("a secret survives a stop, a start and a restart, and its files do not outlive the group", async () => {
  await using bed = await AciBed.start();
  const volumes = [{ name: "keys-volume", secret: { key: base64 } }];
  const script = "echo /mnt/keys/key; cat /mnt/keys/key; echo; sleep 300";
  await bed.create("job", groupOf("", { volumes, containers: [containerOf(script, { volumeMounts: [volumeMounts[0]!] })] }));
  const files: string[] = [];
  for (const again of [
    async () => {},
    async () => void (await bed.stop("job"), await bed.start("job")),
    () => bed.restart("job"),
  ]) {
    await again();
    await expect.poll(() => bed.logs("job")).toContain(secret);
    const [file = "", value] = (await bed.logs("job")).split("\n");
    expect(value).toBe(secret);
    files.push(file);
  }
  expect(await readFile(files.at(-1)!, "utf8")).toBe(secret);
  // Nobody else on this machine can look for it.
  expect((await stat(join(files.at(-1)!, "../.."))).mode & 0o777).toBe(0o711);
  await bed.delete("job");
  for (const file of files) await expect(readFile(file)).rejects.toThrow("ENOENT");
});

test("containers of a group share its volumes, and groups share files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "longshore-share-"));
  await writeFile(join(folder, "given"), "from outside\n");
  await using bed = await AciBed.start({ fileShares: { "account/given": folder } });
  const share = (shareName: string) => ({ name: "files-volume", azureFile: { shareName, storageAccountName: "account" } });
  const volumes = (shareName: string) => [share(shareName), { name: "keys-volume", emptyDir: {} }];
  const resources = { requests: { cpu: 0.5, memoryInGB: 0.5 } };
  const mounted = [volumeMounts[1]!, { name: "keys-volume", mountPath: "/mnt/keys" }];
  const writes = containerOf("echo shared > /mnt/keys/x; echo kept > /mnt/files/y", { volumeMounts: mounted, resources });
  const script = "while [ ! -s /mnt/keys/x ]; do sleep 0.05; done; cat /mnt/keys/x";
  const reads = { ...containerOf(script, { volumeMounts: mounted, resources }), name: "reads" };
  await bed.create("one", groupOf("", { volumes: volumes("own"), containers: [writes, reads] }));
  expect(await bed.ended("one")).toMatchObject({ state: "Succeeded" });
  expect(await bed.logs("one", { container: "reads" })).toBe("shared\n");
  const later = (name: string, shareName: string, file: string) =>
    bed.create(
      name,
      groupOf("", { volumes: volumes(shareName), containers: [containerOf(`cat ${file}`, { volumeMounts: mounted })] }),
    );
  await later("two", "own", "/mnt/files/y");
  await later("three", "given", "/mnt/files/given");
  expect([await bed.ended("two"), await bed.ended("three")]).toMatchObject([{ state: "Succeeded" }, { state: "Succeeded" }]);
  expect([await bed.logs("two"), await bed.logs("three")]).toEqual(["kept\n", "from outside\n"]);
  await bed[Symbol.asyncDispose]();
  expect(await readFile(join(folder, "given"), "utf8")).toBe("from outside\n");
  await rm(folder, { recursive: true });
});
