import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  RestoreSecretCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import {
  DeleteParameterCommand,
  DeleteParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SecretStore } from "../src/aws/secrets-manager/secret-store.ts";
import { createSecretsManagerService } from "../src/aws/secrets-manager/secrets-manager-service.ts";
import { ParameterStore } from "../src/aws/ssm/parameter-store.ts";
import { createSsmService } from "../src/aws/ssm/ssm-service.ts";
import { StoredSecretValues } from "../src/aws/stored-secret-values.ts";
import { nonconforming, serveAws, type AwsBed } from "./aws-kit.ts";

let bed: AwsBed;
let secrets: SecretsManagerClient;
let ssm: SSMClient;
let values: StoredSecretValues;
const scope = { account: "123456789012", region: "eu-west-3" };
const dayMs = 86_400_000;

beforeAll(async () => {
  bed = await serveAws(async ({ clock }) => {
    const [store, parameters] = [new SecretStore(clock), new ParameterStore(clock)];
    values = new StoredSecretValues(store, parameters);
    return [await createSecretsManagerService(store), await createSsmService(parameters)];
  });
  secrets = new SecretsManagerClient(bed.client);
  ssm = new SSMClient(bed.client);
});
afterAll(async () => {
  secrets.destroy();
  ssm.destroy();
  await bed.close();
});

const create = (Name: string, SecretString = "value") => secrets.send(new CreateSecretCommand({ Name, SecretString }));
const read = async (SecretId: string, rest: { VersionId?: string; VersionStage?: string } = {}) =>
  secrets.send(new GetSecretValueCommand({ SecretId, ...rest }));

describe("Secrets Manager", () => {
  test("a secret by its name, its ARN, and its ARN without the last characters", async () => {
    const { ARN, VersionId } = await create("by/name");
    expect(ARN).toMatch(/^arn:aws:secretsmanager:eu-west-3:123456789012:secret:by\/name-[0-9A-Za-z]{6}$/);
    for (const id of ["by/name", ARN!, ARN!.slice(0, -7)])
      expect(await read(id)).toMatchObject({ ARN, SecretString: "value", VersionId, VersionStages: ["AWSCURRENT"] });
    await expect(read("by")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(create("by/name")).rejects.toMatchObject({ name: "ResourceExistsException" });
  });

  test("bytes come back as they were", async () => {
    const bytes = Uint8Array.from([0, 255, 10]);
    await secrets.send(new CreateSecretCommand({ Name: "bytes", SecretBinary: bytes }));
    expect(new Uint8Array((await read("bytes")).SecretBinary!)).toEqual(bytes);
    const both = new CreateSecretCommand({ Name: "both", SecretBinary: bytes, SecretString: "a" });
    await expect(secrets.send(both)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("a new value makes the old one the previous one", async () => {
    const { VersionId: first } = await create("turned", "one");
    const { VersionId: second } = await secrets.send(new PutSecretValueCommand({ SecretId: "turned", SecretString: "two" }));
    expect(await read("turned")).toMatchObject({ SecretString: "two", VersionId: second });
    expect(await read("turned", { VersionStage: "AWSPREVIOUS" })).toMatchObject({ SecretString: "one", VersionId: first });
    await secrets.send(new UpdateSecretCommand({ SecretId: "turned", SecretString: "three", Description: "told" }));
    expect(await read("turned", { VersionId: second! })).toMatchObject({ SecretString: "two" });
    const told = await secrets.send(new DescribeSecretCommand({ SecretId: "turned" }));
    expect(told).toMatchObject({ Description: "told", VersionIdsToStages: { [second!]: ["AWSPREVIOUS"] } });
    expect(Object.keys(told.VersionIdsToStages!)).toHaveLength(2);
    await expect(read("turned", { VersionStage: "OTHER" })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("the same token twice is one call; with another value it is refused", async () => {
    const ClientRequestToken = "t".repeat(32);
    const again = (SecretString: string) =>
      secrets.send(new CreateSecretCommand({ Name: "once", SecretString, ClientRequestToken }));
    const [first, second] = [await again("a"), await again("a")];
    expect(second).toMatchObject({ ARN: first.ARN, VersionId: first.VersionId });
    await expect(again("b")).rejects.toMatchObject({ name: "ResourceExistsException" });
    const put = new PutSecretValueCommand({ SecretId: "once", SecretString: "b", ClientRequestToken });
    await expect(secrets.send(put)).rejects.toMatchObject({ name: "ResourceExistsException" });
  });

  test("deletion waits for its window, and can be taken back until then", async () => {
    await create("leaving");
    const { DeletionDate } = await secrets.send(new DeleteSecretCommand({ SecretId: "leaving", RecoveryWindowInDays: 7 }));
    expect(DeletionDate!.getTime() - bed.clock.now()).toBeGreaterThan(6.9 * dayMs);
    await expect(read("leaving")).rejects.toMatchObject({ name: "InvalidRequestException" });
    await expect(create("leaving")).rejects.toMatchObject({ name: "InvalidRequestException" });
    await secrets.send(new RestoreSecretCommand({ SecretId: "leaving" }));
    expect(await read("leaving")).toMatchObject({ SecretString: "value" });
    await secrets.send(new DeleteSecretCommand({ SecretId: "leaving", RecoveryWindowInDays: 7 }));
    await bed.clock.advance(7 * dayMs);
    await expect(read("leaving")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await create("leaving", "again");
    await secrets.send(new DeleteSecretCommand({ SecretId: "leaving", ForceDeleteWithoutRecovery: true }));
    await create("leaving", "at once");
    const short = new DeleteSecretCommand({ SecretId: "leaving", RecoveryWindowInDays: 3 });
    await expect(secrets.send(short)).rejects.toMatchObject({ name: "InvalidParameterException" });
  });

  test("listed by pages, with tags", async () => {
    for (const name of ["z1", "z2", "z3"]) await create(name);
    await secrets.send(
      new TagResourceCommand({
        SecretId: "z1",
        Tags: [
          { Key: "a", Value: "1" },
          { Key: "b", Value: "2" },
        ],
      }),
    );
    await secrets.send(new UntagResourceCommand({ SecretId: "z1", TagKeys: ["a"] }));
    const all = [];
    for await (const page of paginateListSecrets({ client: secrets, pageSize: 2 }, {})) all.push(...page.SecretList!);
    expect(all.map(({ Name }) => Name)).toEqual(expect.arrayContaining(["z1", "z2", "z3"]));
    expect(all.find(({ Name }) => Name === "z1")!.Tags).toEqual([{ Key: "b", Value: "2" }]);
    expect(new Set(all.map(({ ARN }) => ARN)).size).toBe(all.length);
  });
});

describe("parameters", () => {
  const put = (Name: string, Value: string, Overwrite?: boolean) =>
    ssm.send(new PutParameterCommand({ Name, Value, Type: "SecureString", ...(Overwrite !== undefined && { Overwrite }) }));
  const get = (Name: string, WithDecryption = true) => ssm.send(new GetParameterCommand({ Name, WithDecryption }));

  test("versions, and their decryption", async () => {
    expect(await put("/app/key", "one")).toMatchObject({ Version: 1, Tier: "Standard" });
    await expect(put("/app/key", "two")).rejects.toMatchObject({ name: "ParameterAlreadyExists" });
    expect(await put("/app/key", "two", true)).toMatchObject({ Version: 2 });
    const ARN = "arn:aws:ssm:eu-west-3:123456789012:parameter/app/key";
    expect((await get("/app/key")).Parameter).toMatchObject({ Name: "/app/key", Value: "two", Version: 2, ARN });
    expect((await get(ARN)).Parameter).toMatchObject({ Value: "two" });
    expect((await get("/app/key:1")).Parameter).toMatchObject({ Value: "one", Selector: ":1" });
    expect((await get("/app/key", false)).Parameter!.Value).not.toBe("two");
    await expect(get("/app/key:9")).rejects.toMatchObject({ name: "ParameterVersionNotFound" });
    await expect(get("/app")).rejects.toMatchObject({ name: "ParameterNotFound" });
  });

  test("several at once, and gone", async () => {
    await put("plain", "1");
    await put("other", "2");
    const found = await ssm.send(new GetParametersCommand({ Names: ["plain", "none", "other"], WithDecryption: true }));
    expect(found.Parameters!.map(({ Value }) => Value)).toEqual(["1", "2"]);
    expect(found.InvalidParameters).toEqual(["none"]);
    await ssm.send(new DeleteParameterCommand({ Name: "plain" }));
    await expect(ssm.send(new DeleteParameterCommand({ Name: "plain" }))).rejects.toMatchObject({ name: "ParameterNotFound" });
    const gone = await ssm.send(new DeleteParametersCommand({ Names: ["other", "plain"] }));
    expect(gone).toMatchObject({ DeletedParameters: ["other"], InvalidParameters: ["plain"] });
  });

  test.each([
    ["a name of theirs", { Name: "aws/x", Value: "1", Type: "String" as const }],
    ["no type", { Name: "typeless", Value: "1" }],
    ["too long a value", { Name: "long", Value: "x".repeat(4097), Type: "String" as const }],
    ["a type that is not there", { Name: "typed", Value: "1", Type: "Number" as "String" }],
  ])("%s is refused", async (_, input) => {
    await expect(ssm.send(new PutParameterCommand(input))).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("what tasks are given", () => {
  test("a secret's text, one member of it, a version by stage or id", async () => {
    const { ARN, VersionId } = await create("for/tasks", JSON.stringify({ user: "a", port: 5432 }));
    await secrets.send(new PutSecretValueCommand({ SecretId: ARN!, SecretString: '{"user":"b"}' }));
    expect(values.find(ARN!, scope)).toBe('{"user":"b"}');
    expect(values.find(ARN!.slice(0, -7), scope)).toBe('{"user":"b"}');
    expect(values.find(`${ARN}:user::`, scope)).toBe("b");
    expect(values.find(`${ARN}:user:AWSPREVIOUS:`, scope)).toBe("a");
    expect(values.find(`${ARN}:port::${VersionId}`, scope)).toBe("5432");
    expect(values.find(`${ARN}:none::`, scope)).toBeUndefined();
    await secrets.send(new DeleteSecretCommand({ SecretId: ARN! }));
    expect(values.find(ARN!, scope)).toBeUndefined();
  });

  test("a parameter by its name or its ARN", async () => {
    await ssm.send(new PutParameterCommand({ Name: "/for/tasks", Value: "p", Type: "String" }));
    for (const name of ["/for/tasks", "arn:aws:ssm:eu-west-3:123456789012:parameter/for/tasks"])
      expect(values.find(name, scope)).toBe("p");
    expect(values.find("/for/tasks", { ...scope, region: "us-east-1" })).toBeUndefined();
  });

  test("seeded values are what the services tell, too", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:seeded-aB3dE6";
    for (const value of ["old", "new"]) values.seed(arn, value, scope);
    expect(await read("seeded")).toMatchObject({ ARN: arn, SecretString: "new" });
    values.seed("token", "t", scope);
    values.seed("arn:aws:ssm:eu-west-3:123456789012:parameter/a/b", "ab", scope);
    expect(values.find("token", scope)).toBe("t");
    expect(values.find("arn:aws:ssm:eu-west-3:123456789012:parameter/token", scope)).toBe("t");
    const told = await ssm.send(new GetParameterCommand({ Name: "/a/b", WithDecryption: true }));
    expect(told.Parameter!.Value).toBe("ab");
    for (const wrong of ["arn:aws:s3:::bucket", "arn:aws:secretsmanager:eu-west-3:1:secret:x"])
      expect(() => values.seed(wrong, "x", scope)).toThrow(TypeError);
  });
});

test("every answer and every error is as the services' models say", () => {
  expect(bed.journal.entries().length).toBeGreaterThan(50);
  expect(nonconforming(bed)).toEqual([]);
});
