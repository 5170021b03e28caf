import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { DescribeTasksCommand, StopTaskCommand } from "@aws-sdk/client-ecs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { containerOf, EcsBed, engines, image, role, until } from "./ecs-kit.ts";

const secretArn = "arn:aws:secretsmanager:eu-west-3:123456789012:secret:db-AbCdEf";

for (const { engine, title, lacking } of engines)
  describe.skipIf(lacking)(`containers by ${title}`, () => {
    let bed: EcsBed;
    beforeAll(async () => {
      bed = await EcsBed.start({ engine, region: "eu-west-3", secrets: { [secretArn]: '{"user":"ada"}', "/app/token": "t0k" } });
    });
    afterAll(() => bed[Symbol.asyncDispose]());

    test("have the environment of the definition, the override's over it, and secrets", async () => {
      const definition = await bed.register("echo $A $B $USER_NAME $TOKEN $AWS_REGION", {
        environment: [
          { name: "A", value: "1" },
          { name: "B", value: "2" },
        ],
        secrets: [
          { name: "USER_NAME", valueFrom: `${secretArn}:user::` },
          { name: "TOKEN", valueFrom: "/app/token" },
        ],
      });
      const overrides = { containerOverrides: [{ name: "main", environment: [{ name: "B", value: "over" }] }] };
      const task = await bed.task(definition, { overrides });
      await bed.ended(task);
      expect(await bed.lines(task)).toEqual(["1 over ada t0k eu-west-3"]);
    });

    test("have an entry point, and the override's command", async () => {
      const definition = await bed.register("", { entryPoint: ["sh", "-c", 'echo "$0-$1"'], command: ["a", "b"] });
      const tasks = [
        await bed.task(definition),
        await bed.task(definition, { overrides: { containerOverrides: [{ name: "main", command: ["c", "d"] }] } }),
      ];
      for (const task of tasks) await bed.ended(task);
      expect(await Promise.all(tasks.map((task) => bed.lines(task)))).toEqual([["a-b"], ["c-d"]]);
    });

    test("say what they say on both streams, also at their very end and without a last newline", async () => {
      const task = await bed.task(await bed.register("echo out; echo; echo err >&2; printf 'añb'; exit 4"));
      await bed.ended(task);
      expect((await bed.lines(task)).sort()).toEqual(["añb", "err", "out"]);
    });

    test("a line of 300,000 bytes becomes two events that hold all of it", async () => {
      const task = await bed.task(await bed.register("head -c 300000 /dev/zero | tr '\\0' x; echo; echo after"));
      await bed.ended(task);
      const lines = await bed.lines(task);
      expect(lines.map(({ length }) => length)).toEqual([262_118, 37_882, 5]);
    });

    test("have said all that they say once their task has stopped", async () => {
      const nothing = { provisioning: 0, pending: 0, activating: 0, deactivating: 0, deprovisioning: 0 };
      await using swift = await EcsBed.start({ engine, delays: nothing });
      const task = await swift.task(await swift.register("seq 1 50000"));
      await swift.ended(task);
      const lines = await swift.lines(task);
      expect([lines.length, lines.at(-1)]).toEqual([50_000, "50000"]);
    });

    test("end with the essential one: the others are stopped", async () => {
      const containerDefinitions = [
        containerOf("main", "sleep 1; exit 7"),
        { ...containerOf("side", "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.1; done"), essential: false },
        { ...containerOf("early", "exit 9"), essential: false },
      ];
      const task = await bed.task(await bed.register("", {}, { containerDefinitions }));
      const { containers, stopCode } = await bed.ended(task);
      expect(stopCode).toBe("EssentialContainerExited");
      expect(containers?.map(({ name, exitCode }) => [name, exitCode])).toEqual([
        ["main", 7],
        ["side", 0],
        ["early", 9],
      ]);
      expect(await bed.lines(task, "side")).toEqual(["up", "asked"]);
    });

    test("start in the order that they depend on each other", async () => {
      const containerDefinitions = [
        { ...containerOf("main", "echo main"), dependsOn: [{ containerName: "prepare", condition: "SUCCESS" as const }] },
        { ...containerOf("prepare", "sleep 0.5; echo prepared"), essential: false },
      ];
      const task = await bed.task(await bed.register("", {}, { containerDefinitions }));
      await bed.ended(task);
      const [first, second] = [await bed.describe(task), await bed.lines(task, "prepare")];
      expect(first.containers?.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      expect(second).toEqual(["prepared"]);
    });

    test("do not start where what they depend on fails", async () => {
      const containerDefinitions = [
        { ...containerOf("main", "echo never"), dependsOn: [{ containerName: "prepare", condition: "SUCCESS" as const }] },
        { ...containerOf("prepare", "exit 1"), essential: false },
      ];
      const task = await bed.task(await bed.register("", {}, { containerDefinitions }));
      const { stopCode, containers } = await bed.ended(task);
      expect(stopCode).toBe("TaskFailedToStart");
      expect(containers?.[0]).toMatchObject({ name: "main", lastStatus: "STOPPED" });
      expect(containers?.[0]).not.toHaveProperty("exitCode");
      expect(containers?.[1]?.reason).toContain("SUCCESS");
    });

    test("wait for another's health, and the task is as healthy as they are", async () => {
      const healthCheck = { command: ["CMD-SHELL", "test -e /tmp/ready-$TAG"], interval: 5, retries: 1 };
      const tag = `${engine}-${process.pid}`;
      const environment = [{ name: "TAG", value: tag }];
      const containerDefinitions = [
        { ...containerOf("main", "echo on; sleep 300"), dependsOn: [{ containerName: "db", condition: "HEALTHY" as const }] },
        { ...containerOf("db", `touch /tmp/ready-${tag}; sleep 300`), healthCheck, environment },
      ];
      const task = await bed.task(await bed.register("", {}, { containerDefinitions }));
      await bed.until(task, ({ containers }) => containers?.[1]?.lastStatus === "RUNNING");
      expect(await bed.describe(task)).toMatchObject({ lastStatus: "ACTIVATING", healthStatus: "UNKNOWN" });
      await bed.emulator.clock.advance(5000);
      await bed.until(task, ({ lastStatus, healthStatus }) => lastStatus === "RUNNING" && healthStatus === "HEALTHY");
      await bed.ecs.send(new StopTaskCommand({ task }));
      await bed.ended(task);
    });

    test.each([
      ["a command that is not there", { command: ["no-such-command"] }, /^CannotStartContainerError: .*not found/],
      ["a command that cannot be executed", { command: ["/etc/passwd"] }, /^CannotStartContainerError: .*permission denied/],
    ])("fail to start with %s", async (_, container, reason) => {
      const task = await bed.task(await bed.register("", container));
      const { stopCode, containers, startedAt } = await bed.ended(task);
      expect({ stopCode, startedAt }).toEqual({ stopCode: "TaskFailedToStart", startedAt: undefined });
      expect(containers?.[0]?.reason).toMatch(reason);
      expect(containers?.[0]).not.toHaveProperty("exitCode");
    });

    test("fail to start without their secret", async () => {
      const secrets = [{ name: "S", valueFrom: "/no/such/parameter" }];
      const { stopCode, stoppedReason } = await bed.ended(await bed.task(await bed.register("true", { secrets })));
      expect(stopCode).toBe("TaskFailedToStart");
      expect(stoppedReason).toMatch(/^ResourceInitializationError: unable to pull secrets .*\/no\/such\/parameter/);
    });

    test("fail to start without their log group, unless it is to be made", async () => {
      const options = (more: Record<string, string>) => ({
        logConfiguration: {
          logDriver: "awslogs" as const,
          options: { "awslogs-group": `/made/${engine}`, "awslogs-region": "eu-west-3", "awslogs-stream-prefix": "app", ...more },
        },
      });
      const without = await bed.ended(await bed.task(await bed.register("true", options({}))));
      expect(without).toMatchObject({ stopCode: "TaskFailedToStart" });
      expect(without.stoppedReason).toMatch(/^ResourceInitializationError: .*log group does not exist/);
      const made = await bed.ended(await bed.task(await bed.register("echo hi", options({ "awslogs-create-group": "true" }))));
      expect(made.containers?.[0]?.exitCode).toBe(0);
      const { logGroups } = await bed.logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/made" }));
      expect(logGroups?.map(({ logGroupName }) => logGroupName)).toContain(`/made/${engine}`);
    });

    test("every answer conforms to the model", async () => {
      expect(await bed.nonconforming()).toEqual([]);
    });
  });

test("processes that leave their container's group are heard a while longer, and hold nobody up", async () => {
  await using bed = await EcsBed.start();
  const script =
    'f=$(mktemp -u); setsid sh -c "touch $f; sleep 0.4; echo late; sleep 60" & until [ -e $f ]; do sleep 0.05; done; rm $f';
  const task = await bed.task(await bed.register(script));
  await bed.ended(task);
  expect(await bed.lines(task)).toEqual(["late"]);
});

describe.skipIf(engines[1].lacking)("containers on Docker (requires docker)", () => {
  let bed: EcsBed;
  beforeAll(async () => {
    bed = await EcsBed.start({ engine: "docker" });
  });
  afterAll(() => bed[Symbol.asyncDispose]());

  test("are killed when memory runs out, and it is told", async () => {
    const eating = "sh -c 'echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero'";
    // An engine hears of a lack of memory only in a container that has been there for a moment, and stays for one.
    const script = `sleep 0.5; ${eating}; code=$?; sleep 1; exit $code`;
    const task = await bed.task(await bed.register("", { command: ["sh", "-c", script], memory: 32 }));
    expect((await bed.ended(task)).containers?.[0]).toMatchObject({
      exitCode: 137,
      reason: "OutOfMemoryError: Container killed due to memory usage",
    });
  });

  test("share the network of their task, and have an address that is reached from here", async () => {
    const containerDefinitions = [
      containerOf("main", "until wget -qO- http://127.0.0.1:8080/hello; do sleep 0.1; done; sleep 300"),
      {
        ...containerOf("web", "echo hi there > /tmp/hello; exec httpd -f -p 8080 -h /tmp"),
        portMappings: [{ containerPort: 8080 }],
      },
    ];
    const task = await bed.task(await bed.register("", {}, { containerDefinitions }));
    const { attachments } = await bed.until(task, ({ lastStatus }) => lastStatus === "RUNNING");
    const address = attachments?.[0]?.details?.find(({ name }) => name === "privateIPv4Address")?.value;
    const get = () =>
      fetch(`http://${address}:8080/hello`)
        .then((answer) => answer.text())
        .catch(() => "");
    for (let text = ""; text !== "hi there\n";) text = await get();
    await until<string[]>(
      () => bed.lines(task).catch(() => []),
      (lines) => lines.includes("hi there"),
    );
    await bed.ecs.send(new StopTaskCommand({ task }));
    await bed.ended(task);
  });

  test("have the user and the working directory of the definition, and a read-only root", async () => {
    const container = { user: "1000:1000", workingDirectory: "/tmp", readonlyRootFilesystem: true };
    const task = await bed.task(await bed.register("id -u; pwd; touch /x || echo read-only", container));
    await bed.ended(task);
    expect(await bed.lines(task)).toEqual(expect.arrayContaining(["1000", "/tmp", "read-only"]));
  });

  test("have the capabilities and the limits of the definition", async () => {
    const linuxParameters = { capabilities: { drop: ["ALL"] } };
    const ulimits = [{ name: "nofile" as const, softLimit: 77, hardLimit: 88 }];
    const task = await bed.task(await bed.register("ulimit -n; grep CapEff /proc/self/status", { linuxParameters, ulimits }));
    await bed.ended(task);
    expect(await bed.lines(task)).toEqual(["77", "CapEff:\t0000000000000000"]);
  });

  test("of an image that cannot be had are never started", async () => {
    const task = await bed.task(await bed.register("true", { image: "127.0.0.1:1/no/such:image" }));
    const { stopCode, stoppedReason, containers, pullStartedAt, pullStoppedAt } = await bed.ended(task);
    expect({ stopCode, pullStoppedAt }).toEqual({ stopCode: "TaskFailedToStart", pullStoppedAt: undefined });
    expect(pullStartedAt).toBeInstanceOf(Date);
    expect(stoppedReason).toMatch(/^CannotPullContainerError: /);
    expect(containers?.[0]?.reason).toBe(stoppedReason);
  });

  test("come with the digest of their image", async () => {
    const task = await bed.task(await bed.register("true", { image }, { taskRoleArn: role }));
    await bed.ended(task);
    const { tasks } = await bed.ecs.send(new DescribeTasksCommand({ tasks: [task] }));
    expect(tasks?.[0]?.containers?.[0]?.imageDigest).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});
