import {
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
  paginateDescribeNetworkInterfaces,
} from "@aws-sdk/client-ec2";
import { GetRoleCommand, IAMClient, SimulatePrincipalPolicyCommand } from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createEc2Service, type Ec2Options } from "../src/aws/ec2/ec2-service.ts";
import { NetworkInterfaces } from "../src/aws/ec2/network-interfaces.ts";
import { createIamService, type IamOptions } from "../src/aws/iam/iam-service.ts";
import { createStsService } from "../src/aws/sts/sts-service.ts";
import { nonconforming, serveAws, type AwsBed } from "./aws-kit.ts";

let bed: AwsBed;
let strict: AwsBed;
let clients: { readonly ec2: EC2Client; readonly iam: IAMClient; readonly sts: STSClient }[];
const interfaces = new NetworkInterfaces();
const scope = { account: "123456789012", region: "eu-west-3" };
const id = (number: number) => `eni-${String(number).padStart(17, "0")}`;

beforeAll(async () => {
  const serve = (lists: Omit<Ec2Options, "interfaces"> & IamOptions = {}) =>
    serveAws(async () => [
      await createEc2Service({ ...lists, interfaces }),
      await createIamService(lists),
      await createStsService(),
    ]);
  bed = await serve();
  strict = await serve({
    subnets: ["subnet-00000001"],
    securityGroups: ["sg-00000001"],
    roles: ["runner"],
    deniedActions: ["iam:PassRole"],
  });
  clients = [bed, strict].map(({ client }) => ({
    ec2: new EC2Client(client),
    iam: new IAMClient(client),
    sts: new STSClient(client),
  }));
  for (let number = 1; number <= 12; number++)
    interfaces.add(scope, {
      id: id(number),
      subnetId: number % 2 ? "subnet-00000001" : "subnet-00000002",
      securityGroups: ["sg-00000001"],
      privateAddress: `10.0.0.${number}`,
      macAddress: "0a:00:00:00:00:01",
      ...(number === 1 && { publicAddress: "203.0.113.7" }),
    });
});
afterEach(() => bed.faults.clear());
afterAll(async () => {
  for (const { ec2, iam, sts } of clients) for (const client of [ec2, iam, sts]) client.destroy();
  await bed.close();
  await strict.close();
});
const open = () => clients[0]!;
const closed = () => clients[1]!;

describe("network interfaces", () => {
  test("a task's, with its public address", async () => {
    const { NetworkInterfaces: found } = await open().ec2.send(
      new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id(1)] }),
    );
    expect(found).toEqual([
      expect.objectContaining({
        NetworkInterfaceId: id(1),
        PrivateIpAddress: "10.0.0.1",
        Association: expect.objectContaining({ PublicIp: "203.0.113.7" }),
        Groups: [{ GroupId: "sg-00000001", GroupName: "sg-00000001" }],
        Status: "in-use",
        SubnetId: "subnet-00000001",
        SourceDestCheck: true,
      }),
    ]);
  });

  test("by filters, and by the SDK's pages", async () => {
    const Filters = [
      { Name: "subnet-id", Values: ["subnet-*2", "none"] },
      { Name: "private-ip-address", Values: ["10.0.0.?"] },
    ];
    const some = await open().ec2.send(new DescribeNetworkInterfacesCommand({ Filters }));
    expect(some.NetworkInterfaces!.map(({ PrivateIpAddress }) => PrivateIpAddress)).toEqual(
      [2, 4, 6, 8].map((number) => `10.0.0.${number}`),
    );
    const pages = [];
    for await (const page of paginateDescribeNetworkInterfaces({ client: open().ec2, pageSize: 5 }, {}))
      pages.push(page.NetworkInterfaces!.length);
    expect(pages).toEqual([5, 5, 2]);
  });

  test.each([
    [{ NetworkInterfaceIds: [id(99)] }, "InvalidNetworkInterfaceID.NotFound"],
    [{ NetworkInterfaceIds: ["eni"] }, "InvalidNetworkInterfaceID.Malformed"],
    [{ Filters: [{ Name: "colour", Values: ["red"] }] }, "InvalidParameterValue"],
    [{ MaxResults: 1 }, "InvalidParameterValue"],
  ])("%j is refused", async (input, name) => {
    await expect(open().ec2.send(new DescribeNetworkInterfacesCommand(input))).rejects.toMatchObject({ name });
  });

  test("one that is taken away is gone", async () => {
    interfaces.add(scope, { id: id(50), subnetId: "s", securityGroups: [], privateAddress: "10.0.1.1", macAddress: "" });
    interfaces.remove(scope, id(50));
    const gone = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id(50)] });
    await expect(open().ec2.send(gone)).rejects.toMatchObject({ name: "InvalidNetworkInterfaceID.NotFound" });
  });
});

describe("subnets and security groups", () => {
  test("every one of the right form exists, unless there is a list", async () => {
    const [subnet, group] = ["subnet-0123456789abcdef0", "sg-0123456789abcdef0"];
    const subnets = await open().ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnet] }));
    expect(subnets.Subnets).toEqual([expect.objectContaining({ SubnetId: subnet, State: "available" })]);
    const groups = await open().ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }));
    expect(groups.SecurityGroups).toEqual([expect.objectContaining({ GroupId: group, VpcId: subnets.Subnets![0]!.VpcId })]);
    await expect(closed().ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnet] }))).rejects.toMatchObject({
      name: "InvalidSubnetID.NotFound",
    });
    await expect(closed().ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [group] }))).rejects.toMatchObject({
      name: "InvalidGroup.NotFound",
    });
    await expect(open().ec2.send(new DescribeSubnetsCommand({ SubnetIds: ["subnet"] }))).rejects.toMatchObject({
      name: "InvalidSubnetID.Malformed",
    });
  });

  test("a default one is there for who names none", async () => {
    const Filters = [{ Name: "default-for-az", Values: ["true"] }];
    expect((await open().ec2.send(new DescribeSubnetsCommand({ Filters }))).Subnets).toHaveLength(1);
    const byName = [{ Name: "group-name", Values: ["default"] }];
    expect((await open().ec2.send(new DescribeSecurityGroupsCommand({ Filters: byName }))).SecurityGroups).toHaveLength(1);
  });
});

describe("roles", () => {
  test("every one exists, unless there is a list", async () => {
    const { Role } = await open().iam.send(new GetRoleCommand({ RoleName: "any" }));
    expect(Role).toMatchObject({ Arn: "arn:aws:iam::123456789012:role/any", RoleName: "any", Path: "/" });
    expect(decodeURIComponent(Role!.AssumeRolePolicyDocument!)).toContain("ecs-tasks.amazonaws.com");
    await expect(closed().iam.send(new GetRoleCommand({ RoleName: "any" }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
      $metadata: { httpStatusCode: 404 },
    });
    expect((await closed().iam.send(new GetRoleCommand({ RoleName: "runner" }))).Role!.RoleName).toBe("runner");
  });

  test("what would be allowed", async () => {
    const PolicySourceArn = "arn:aws:iam::123456789012:role/runner";
    const ActionNames = ["ecs:RunTask", "iam:PassRole"];
    const ask = (iam: IAMClient) => iam.send(new SimulatePrincipalPolicyCommand({ PolicySourceArn, ActionNames }));
    const decisions = [await ask(open().iam), await ask(closed().iam)].map(({ EvaluationResults }) =>
      EvaluationResults!.map(({ EvalDecision }) => EvalDecision),
    );
    expect(decisions).toEqual([
      ["allowed", "allowed"],
      ["allowed", "implicitDeny"],
    ]);
    const nobody = new SimulatePrincipalPolicyCommand({ PolicySourceArn: "arn:aws:s3:::a-bucket-of-mine", ActionNames });
    await expect(open().iam.send(nobody)).rejects.toMatchObject({ name: "InvalidInputException" });
  });

  test("a name that cannot be one is refused by the model", async () => {
    await expect(open().iam.send(new GetRoleCommand({ RoleName: "a b" }))).rejects.toMatchObject({
      name: "ValidationError",
      message: expect.stringContaining("Member must satisfy regular expression pattern"),
    });
  });
});

test("who asks", async () => {
  expect(await open().sts.send(new GetCallerIdentityCommand({}))).toMatchObject({
    Account: "123456789012",
    Arn: "arn:aws:iam::123456789012:user/emulator",
    UserId: "AKIDEXAMPLE",
  });
});

test("throttling, as each of them words it", async () => {
  bed.faults.add({ operation: "*", fault: { kind: "throttle" } });
  const { ec2, iam } = open();
  await expect(ec2.send(new DescribeSubnetsCommand({}))).rejects.toMatchObject({
    name: "RequestLimitExceeded",
    $metadata: { httpStatusCode: 503 },
  });
  await expect(iam.send(new GetRoleCommand({ RoleName: "a" }))).rejects.toMatchObject({ name: "Throttling" });
});

test("every answer and every error is as the services' models say", () => {
  for (const one of [bed, strict]) {
    expect(one.journal.entries().length).toBeGreaterThan(4);
    expect(nonconforming(one)).toEqual([]);
  }
});
