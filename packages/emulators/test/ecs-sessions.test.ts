import { ExecuteCommandCommand, UpdateClusterCommand } from "@aws-sdk/client-ecs";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { payloadType, readSessionMessage, writeSessionMessage } from "../src/ecs/session-message.ts";
import { SessionOutput } from "../src/ecs/session-output.ts";
import { splitCommand } from "../src/ecs/split-command.ts";
import type { FaultRule } from "../src/fault.ts";
import { EcsBed, engines, named } from "./ecs-kit.ts";
import { SessionClient, sessionOf } from "./session-kit.ts";

test("a message is laid out as the vendor's client lays it out", () => {
  const id = "00112233-4455-6677-8899-aabbccddeeff";
  const payload = Buffer.from("hello");
  const message = { type: "acknowledge", sequence: 258, flags: 3, id, payloadType: 1, payload } as const;
  const written = writeSessionMessage(message, 0x0102030405);
  const expected = [
    "00000074",
    Buffer.from("acknowledge".padEnd(32)).toString("hex"),
    "00000001",
    "0000000102030405",
    "0000000000000102",
    "0000000000000003",
    // The second half goes first.
    "8899aabbccddeeff0011223344556677",
    createHash("sha256").update(payload).digest("hex"),
    "00000001",
    "00000005",
    payload.toString("hex"),
  ];
  expect(written.toString("hex")).toBe(expected.join(""));
  expect(readSessionMessage(written)).toEqual(message);
  written[written.length - 1]! ^= 1;
  expect(() => readSessionMessage(written)).toThrow(/digest/);
  expect(() => readSessionMessage(written.subarray(0, 100))).toThrow(/shorter/);
});

test.each([
  ["a b", ["a", "b"]],
  ["  a\tb\n", ["a", "b"]],
  [`'a b' "c d"`, ["a b", "c d"]],
  [`'a'"b"c\\ d`, ["abc d"]],
  [`'it'\\''s' ''`, ["it's", ""]],
  [`"\\"\\n" '\\n'`, ['"n', "\\n"]],
  ["a#b #c d\ne", ["a#b", "e"]],
  ["$HOME `id` ; | & *", ["$HOME", "`id`", ";", "|", "&", "*"]],
  ["'{''{x}}'", ["{{x}}"]],
  ["日本 '🚢 '", ["日本", "🚢 "]],
])("the words of %j are %j", (line, words) => {
  expect(splitCommand(line)).toEqual(words);
});
test.each(["'a", '"a', '"a\\', "a\\"])("%j has no end", (line) => {
  expect(() => splitCommand(line)).toThrow(/EOF/);
});

test("an agent passes text on: what is cut waits, what is none loses its end", () => {
  const output = new SessionOutput();
  const ship = Buffer.from("🚢");
  expect(output.push(ship.subarray(0, 3))).toHaveLength(0);
  expect(output.push(ship.subarray(3)).equals(ship)).toBe(true);
  expect(output.push(Buffer.from([0xff, 0xfe, 0x61, 0x62, 0x63])).toString("latin1")).toBe("\xff\xfeabc");
  expect(output.push(Buffer.from("\uFFFDabc")).toString("latin1")).toBe("\xefabc");
  expect(output.push(Buffer.from([0x61, 0xff])).toString("latin1")).toBe("a");
});

const bedWith = (...faults: readonly FaultRule[]): Promise<EcsBed> => EcsBed.start({ faults });
const fault = (kind: `ecs:${string}`, details: Record<string, number> = {}): FaultRule => ({
  operation: "ecs:ExecuteCommand",
  fault: { kind, ...details },
});

describe.each(engines)("a session on $title", ({ engine, lacking }) => {
  test.skipIf(lacking)(
    "shakes hands, takes what is typed, says what is said, and ends with the command",
    async () => {
      await using bed = await EcsBed.start({ engine });
      const client = new SessionClient(await sessionOf(bed, `sh -c 'echo "a  b"; read -r word; echo "got $word"'`));
      await expect.poll(() => client.output, { timeout: 10_000 }).toMatch(/a {2}b/);
      client.type("typed\n");
      await client.closed;
      expect(client.output).toMatch(/got typed/);
      expect(client.farewell).toBe("");
      const kinds = client.arrived.filter(({ type }) => type === "output_stream_data").map((one) => one.payloadType);
      expect(kinds.slice(0, 2)).toEqual([payloadType.handshakeRequest, payloadType.handshakeComplete]);
      expect(client.acknowledged).toEqual([0, 1]);
    },
    30_000,
  );
  test.skipIf(lacking)(
    "says why a command was not begun",
    async () => {
      await using bed = await EcsBed.start({ engine });
      const client = new SessionClient(await sessionOf(bed, "no-such-program"));
      await client.closed;
      expect(client.farewell).toMatch(/^Unable to start command: .*no-such-program.*not found/s);
      expect(client.output).toBe("");
    },
    30_000,
  );
});
test.skipIf(engines[1].lacking)(
  "has a terminal on Docker (requires docker), of the size that was told, for root",
  async () => {
    await using bed = await EcsBed.start({ engine: "docker" });
    const client = new SessionClient(await sessionOf(bed, `sh -c 'read -r l; stty size; id -u; test -t 0 && echo terminal'`));
    await expect.poll(() => client.isReady, { timeout: 10_000 }).toBe(true);
    client.say(payloadType.size, { cols: 99, rows: 33 });
    client.type("\n");
    await client.closed;
    expect(client.output.replaceAll("\r", "")).toMatch(/33 99\n0\nterminal\n/);
  },
  30_000,
);

describe("who may come", () => {
  test("whoever has the token, once", async () => {
    await using bed = await EcsBed.start();
    const session = await sessionOf(bed, "sh -c 'read -r l'");
    const stranger = new SessionClient(session, { token: "another" });
    await stranger.closed;
    expect(stranger.arrived).toEqual([]);
    const client = new SessionClient(session);
    await expect.poll(() => client.arrived.length, { timeout: 10_000 }).toBeGreaterThan(1);
    const second = new SessionClient(session);
    expect(String(await second.closed)).toMatch(/404/);
    client.type("\n");
    await client.closed;
    expect(client.farewell).toBe("");
  });
  test("nobody, without the cluster's word for it", async () => {
    await using bed = await EcsBed.start();
    const task = await bed.task(await bed.register("sleep 300"));
    await bed.until(task, ({ lastStatus }) => lastStatus === "RUNNING");
    const refused = bed.ecs.send(new ExecuteCommandCommand({ task, command: "sh", interactive: true }));
    await expect(refused).rejects.toEqual(named("InvalidParameterException", /not enabled/));
  });
  test("only who can encrypt, where the cluster wants it", async () => {
    await using bed = await EcsBed.start();
    const configuration = { executeCommandConfiguration: { kmsKeyId: "alias/key" } };
    await bed.ecs.send(new UpdateClusterCommand({ cluster: "default", configuration }));
    const client = new SessionClient(await sessionOf(bed, "sh"), { handshake: "fail" });
    await client.closed;
    expect(client.farewell).toMatch(/failed on client/);
  });
});

describe("what is lost on the way", () => {
  test("is sent again until it is acknowledged, the oldest first", async () => {
    await using bed = await EcsBed.start();
    const client = new SessionClient(await sessionOf(bed, "sh -c 'read -r l; seq 1 2000'"), { deafFor: 4 });
    await expect.poll(() => client.isReady, { timeout: 10_000 }).toBe(true);
    client.type("\n");
    await client.closed;
    expect(client.sequences.filter((sequence) => sequence === 0).length).toBeGreaterThan(1);
    expect(client.output).toBe(Array.from({ length: 2000 }, (_, n) => `${n + 1}\n`).join(""));
  }, 30_000);
  test("typed twice, or in another order, it is used once and in order", async () => {
    await using bed = await EcsBed.start();
    const client = new SessionClient(await sessionOf(bed, "sh -c 'read -r a; read -r b; echo $a-$b'"));
    await expect.poll(() => client.isReady, { timeout: 10_000 }).toBe(true);
    client.type("second\n", 2);
    client.type("first\n", 1);
    client.type("first\n", 1);
    await client.closed;
    expect(client.output).toBe("first-second\n");
    expect(client.acknowledged.toSorted((one, other) => one - other)).toEqual([0, 1, 1, 2]);
  });
});

describe("faults of a session", () => {
  const command = "sh -c 'seq 1 3000'";
  const whole = Array.from({ length: 3000 }, (_, n) => `${n + 1}\n`).join("");
  test("drop: the connection ends in the middle", async () => {
    await using bed = await bedWith(fault("ecs:session-drop", { messages: 5 }));
    const client = new SessionClient(await sessionOf(bed, command));
    expect(await client.closed).toBe(1006);
    expect(client.arrived).toHaveLength(5);
  });
  test("lose: some never leave, and come later", async () => {
    await using bed = await bedWith(fault("ecs:session-lose", { every: 6 }));
    const client = new SessionClient(await sessionOf(bed, command));
    await client.closed;
    expect(client.sequences).not.toEqual(client.sequences.toSorted((one, other) => one - other));
    expect(client.output).toBe(whole);
  });
  test("miss: some of what is typed is not heard", async () => {
    await using bed = await bedWith(fault("ecs:session-miss", { every: 1 }));
    const client = new SessionClient(await sessionOf(bed, command));
    // Not a word of it: the first message comes again and again.
    await expect.poll(() => client.sequences.filter((sequence) => sequence === 0).length, { timeout: 10_000 }).toBeGreaterThan(2);
    expect(client.output).toBe("");
    client.socket.terminate();
  });
  test("repeat: all of it comes twice", async () => {
    await using bed = await bedWith(fault("ecs:session-repeat"));
    const client = new SessionClient(await sessionOf(bed, command));
    await client.closed;
    expect(client.sequences.length).toBeGreaterThanOrEqual(2 * new Set(client.sequences).size);
    expect(client.output).toBe(whole);
  });
  test("shuffle: neighbours change places", async () => {
    await using bed = await bedWith(fault("ecs:session-shuffle"));
    const client = new SessionClient(await sessionOf(bed, command));
    await client.closed;
    expect(client.sequences).not.toEqual(client.sequences.toSorted((one, other) => one - other));
    expect(client.output).toBe(whole);
    expect(client.farewell).toBe("");
  });
  test("no-handshake: the command says the first word", async () => {
    await using bed = await bedWith(fault("ecs:session-no-handshake"));
    // The agent begins, whether anybody comes or not.
    const place = await mkdtemp(join(tmpdir(), "session-"));
    const session = await sessionOf(bed, `sh -c 'touch ${place}/begun; seq 1 3000'`);
    await expect.poll(() => existsSync(join(place, "begun")), { timeout: 10_000 }).toBe(true);
    await rm(place, { recursive: true });
    const client = new SessionClient(session);
    await client.closed;
    expect(client.arrived[0]).toMatchObject({ type: "output_stream_data", payloadType: payloadType.output, flags: 1 });
    expect(client.output).toBe(whole);
  });
});

test("an emulator that closes ends its sessions", async () => {
  const bed = await EcsBed.start();
  const client = new SessionClient(await sessionOf(bed, "sh -c 'read -r l'"));
  await expect.poll(() => client.arrived.length, { timeout: 10_000 }).toBeGreaterThan(1);
  await bed[Symbol.asyncDispose]();
  expect(await client.closed).toBe(1006);
});
