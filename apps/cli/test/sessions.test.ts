import { execFileSync } from "node:child_process";
import { readlinkSync, realpathSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { DetachKeys } from "../src/sessions/detach-keys.ts";
import { type Bench, jsonLines } from "./cli-kit.ts";
import { stage } from "./stage.ts";
import { onTerminal } from "./terminal.ts";

const startSleeper = async (bench: Bench): Promise<void> => {
  await bench.write("a1.yaml", "options: { memory: { program: [{ do: sleep, ms: 60000 }] } }\n");
  await bench.run(["run", "--id", "a1", "--detach", "-f", "a1.yaml"]);
};

test("exec passes output, variables, the folder and the exit code on", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await startSleeper(bench);
  const script = "echo $A in $PWD; echo err >&2; exit 5";
  expect(await bench.run(["exec", "--env", "A=x=1", "--workdir", "/tmp", "a1", "--", "sh", "-c", script])).toEqual({
    code: 5,
    stdout: "x=1 in /tmp\n",
    stderr: "err\n",
  });
  expect((await bench.run(["exec", "a1", "--", "sh", "-c", "kill -KILL $$"])).code).toBe(137);
  expect((await bench.run(["exec", "a1", "--", "true"])).code).toBe(0);
  const objects = jsonLines((await bench.run(["exec", "--json", "a1", "--", "printf", "x"])).stdout);
  expect(objects).toMatchObject([
    { stream: "stdout", base64: "eA==" },
    { exitCode: 0, signal: null },
  ]);
});

test("exec -i passes stdin on, to its end, byte for byte", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await startSleeper(bench);
  const live = bench.start(["exec", "-i", "a1", "--", "sha256sum"], { stdio: ["pipe", "pipe", "pipe"] });
  const bytes = Buffer.alloc(3_000_000, "\u00ff\u0000\n", "latin1");
  live.process.stdin?.end(bytes);
  const { createHash } = await import("node:crypto");
  expect(await live.done).toMatchObject({ code: 0, stdout: `${createHash("sha256").update(bytes).digest("hex")}  -\n` });
});

test("exec without a command, or with words before the dashes, is refused", async () => {
  await using staged = await stage();
  const { bench } = staged;
  expect(await bench.run(["exec", "a1"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("expected a command after --") as string,
  });
  expect(await bench.run(["exec", "a1", "ls", "--", "x"])).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^longshore: ls: unexpected; [^\n]+\n$/) as string,
  });
  expect(await bench.run(["exec", "nobody", "--", "ls"])).toMatchObject({ code: 125 });
});

test("exec -it gives the command a terminal; Ctrl-C is the command's, and the terminal is given back", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await startSleeper(bench);
  const script = "trap 'echo INT seen; exit 9' INT; echo ready; while :; do sleep 0.1; done";
  const terminal = onTerminal(bench, ["exec", "-it", "a1", "--", "sh", "-c", `"${script}"`], {
    before: "stty cols 91 rows 33; stty -a | tr ';' '\\n' | grep -E '[ -]icanon' > before",
    after: "stty -a | tr ';' '\\n' | grep -E '[ -]icanon' > after; echo code $code",
  });
  await terminal.shows("ready");
  terminal.type("\u0003");
  await terminal.shows("code 9");
  expect(await terminal.done).toContain("INT seen");
  expect(await readFile(join(bench.folder, "after"), "utf8")).toBe(await readFile(join(bench.folder, "before"), "utf8"));
  expect(far.sizes).toEqual(expect.arrayContaining([{ columns: 91, rows: 33 }]));
});

test("a terminal that changes its size tells the command, and one that is killed is given back", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await startSleeper(bench);
  const terminal = onTerminal(bench, ["exec", "-it", "a1", "--", "sh", "-c", "'echo ready; sleep 30'"], {
    before: "stty cols 91 rows 33; (sleep 3; stty cols 100 rows 40 < /dev/tty) &",
    after: "stty -a | grep -o -E '[-]?icanon'; echo code $code",
  });
  await terminal.shows("ready");
  while (!far.sizes.some(({ columns, rows }) => columns === 100 && rows === 40))
    await new Promise((resolve) => setTimeout(resolve, 50));
  const { stdout } = await bench.start([], {}).done; // any other call is not disturbed
  expect(stdout).toBe("");
  const pids = execFileSync("pgrep", ["-f", `${bench.owner} exec -it a1`], { encoding: "utf8" })
    .trim()
    .split("\n");
  const command = pids.map(Number).filter((pid) => readlinkSync(`/proc/${pid}/exe`) === realpathSync(process.execPath));
  for (const pid of command) process.kill(pid, "SIGTERM");
  await terminal.shows("code 143");
  expect(await terminal.done).toMatch(/left the command; it may go on beside a1\r\nicanon\r\ncode 143/);
});

test("attach shows what comes, types into the program, and leaves it by its keys", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await startSleeper(bench);
  const piped = bench.start(["attach", "-i", "a1"], { stdio: ["pipe", "pipe", "pipe"] });
  piped.process.stdin?.end("abc\n");
  expect(await piped.done).toEqual({ code: 0, stdout: "hello\nABC\n", stderr: "" });
  const terminal = onTerminal(bench, ["attach", "-t", "a1"], { after: "stty -a | grep -o -E '[-]?icanon'; echo code $code" });
  await terminal.shows("hello");
  terminal.type("xy\u0010z");
  await terminal.shows("XY\u0010Z");
  terminal.type("\u0010\u0011");
  expect(await terminal.done).toMatch(/longshore: left a1, which goes on\r\nicanon\r\ncode 0/);
  expect(await bench.ps()).toMatchObject([{ id: "a1", phase: "running" }]);
});

test("attach alone leaves stdin to others, and Ctrl-C leaves the program", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await bench.write("web.yaml", "kind: service\nid: web\noptions: { memory: { program: [{ do: sleep, ms: 60000 }] } }\n");
  await bench.run(["up", "-f", "web.yaml"]);
  const live = bench.start(["exec", "web", "--", "sh", "-c", "echo on; sleep 20"]);
  await live.shows("on\n");
  live.process.kill("SIGINT");
  expect(await live.done).toMatchObject({ code: 130, stderr: "longshore: left the command; it may go on beside web\n" });
  expect((await bench.run(["attach", "web"])).stdout).toBe("hello\n");
  expect(far.calls).toContain("attach.attach");
});

test("detach keys are found wherever they are typed, and nothing else is held back", () => {
  const keys = new DetachKeys("a,a,b");
  const take = (text: string): readonly [string, boolean] => {
    const { bytes, detached } = keys.take(Buffer.from(text));
    return [Buffer.from(bytes).toString(), detached];
  };
  expect(take("xa")).toEqual(["x", false]);
  expect(take("a")).toEqual(["", false]);
  expect(take("a")).toEqual(["a", false]);
  expect(take("c")).toEqual(["aac", false]);
  expect(take("za")).toEqual(["z", false]);
  expect(take("abnever")).toEqual(["", true]);
  expect(() => new DetachKeys("ctrl-1")).toThrow(/--detach-keys: got "ctrl-1"/);
});

test("cp copies files and folders in, into a folder or under a name", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await startSleeper(bench);
  await bench.write("notes.txt", "one\n");
  await mkdir(join(bench.folder, "site/inner"), { recursive: true });
  await bench.write("site/inner/a.txt", "a\n");
  await mkdir(join(far.files, "tmp"));
  expect(await bench.run(["cp", "notes.txt", "a1:/tmp"])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await bench.run(["cp", "notes.txt", "a1:/tmp/other.txt"])).toMatchObject({ code: 0, stderr: "" });
  await bench.run(["cp", "site", "a1:/tmp/"]);
  await bench.run(["cp", "./site/", "a1:/tmp/renamed"]);
  expect((await readdir(join(far.files, "tmp"))).toSorted()).toEqual(["notes.txt", "other.txt", "renamed", "site"]);
  expect(await readFile(join(far.files, "tmp/other.txt"), "utf8")).toBe("one\n");
  expect(await readFile(join(far.files, "tmp/renamed/inner/a.txt"), "utf8")).toBe("a\n");
  expect(await bench.run(["cp", "notes.txt", "a1:/none/x"])).toMatchObject({
    code: 125,
    stderr: expect.stringContaining("/none") as string,
  });
  expect(await bench.run(["cp", "absent.txt", "a1:/tmp"])).toMatchObject({
    code: 2,
    stderr: "longshore: absent.txt: there is no such file or folder\n",
  });
});

test("cp copies out, into a folder or under a name, and streams archives both ways", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await startSleeper(bench);
  await mkdir(join(far.files, "log/deep"), { recursive: true });
  await writeFile(join(far.files, "log/deep/x.txt"), "x\n");
  await mkdir(join(bench.folder, "into"));
  await bench.run(["cp", "a1:/log", "into"]);
  expect(await readFile(join(bench.folder, "into/log/deep/x.txt"), "utf8")).toBe("x\n");
  await bench.run(["cp", "a1:/log", "renamed"]);
  expect(await readFile(join(bench.folder, "renamed/deep/x.txt"), "utf8")).toBe("x\n");
  const copied = await bench.run(["cp", "a1:/log/deep/x.txt", "x.txt", "--json"]);
  expect(JSON.parse(copied.stdout)).toEqual({ id: "a1", runtime: "far", from: "a1:/log/deep/x.txt", to: "x.txt" });
  expect(await readFile(join(bench.folder, "x.txt"), "utf8")).toBe("x\n");
  expect(await bench.run(["cp", "a1:/log", "x.txt"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("is a file, and what is copied is a folder") as string,
  });
  expect(await bench.run(["cp", "a1:/log", "none/"])).toMatchObject({
    code: 2,
    stderr: "longshore: none/: there is no such folder\n",
  });
  expect((await readdir(bench.folder)).filter((name) => name.startsWith(".longshore"))).toEqual([]);
  const out = bench.start(["cp", "a1:/log", "-"]);
  const back = bench.start(["cp", "-", "a1:/"], { stdio: ["pipe", "pipe", "pipe"] });
  await mkdir(join(far.files, "again"));
  out.process.stdout?.pipe(back.process.stdin as NodeJS.WritableStream);
  expect([(await out.done).code, (await back.done).code]).toEqual([0, 0]);
});

for (const [what, args] of [
  ["no side", ["a", "b"]],
  ["both sides", ["a1:/a", "a2:/b"]],
  ["an id without a path", ["a1:", "b"]],
] as const) {
  test(`cp with ${what} in a workload is refused`, async () => {
    await using staged = await stage();
    expect(await staged.bench.run(["cp", ...args])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(/^longshore: [^\n]+\n$/) as string,
    });
  });
}

/** One archive entry after another, as no honest program would write them. */
async function evilArchive(
  entries: readonly { readonly path: string; readonly type: string; readonly linkpath?: string; readonly body?: string }[],
): Promise<Buffer> {
  const { Header } = await import("tar");
  const blocks = entries.flatMap(({ path, type, linkpath, body = "" }) => {
    const header = new Header({
      path,
      type: type as "File",
      mode: 0o644,
      size: body.length,
      mtime: new Date(0),
      uid: 0,
      gid: 0,
      ...(linkpath !== undefined && { linkpath }),
    });
    header.encode();
    const content = Buffer.alloc(Math.ceil(body.length / 512) * 512);
    content.write(body);
    return [header.block as Buffer, content];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

const escapes: readonly (readonly [what: string, entries: Parameters<typeof evilArchive>[0]])[] = [
  ["dots", [{ path: "x/../../escaped", type: "File", body: "evil" }]],
  ["an absolute path", [{ path: "/tmp/longshore-escaped", type: "File", body: "evil" }]],
  [
    "a symbolic link",
    [
      { path: "x", type: "SymbolicLink", linkpath: ".." },
      { path: "x/escaped", type: "File", body: "evil" },
    ],
  ],
  [
    "a hard link",
    [
      { path: "x", type: "Link", linkpath: "../secret" },
      { path: "x", type: "File", body: "evil" },
    ],
  ],
];
for (const [what, entries] of escapes) {
  test(`an archive that leads out of the folder by ${what} is refused`, async () => {
    await using staged = await stage();
    const { bench, far } = staged;
    await startSleeper(bench);
    await writeFile(join(far.files, "x.evil"), await evilArchive(entries));
    await mkdir(join(bench.folder, "into"));
    await bench.write("secret", "secret");
    const { code, stderr } = await bench.run(["cp", "a1:/x.evil", "into"]);
    expect(stderr).toMatch(/^longshore: [^\n]+\n$/);
    expect(code).toBe(125);
    expect(await readFile(join(bench.folder, "secret"), "utf8")).toBe("secret");
    expect((await readdir(bench.folder)).filter((name) => name.includes("escaped"))).toEqual([]);
    expect(await readdir("/tmp")).not.toContain("longshore-escaped");
  });
}

test("nothing is written through a link that is there already", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await startSleeper(bench);
  await mkdir(join(far.files, "log"));
  await writeFile(join(far.files, "log/x.txt"), "x\n");
  await mkdir(join(bench.folder, "into"));
  await mkdir(join(bench.folder, "elsewhere"));
  await symlink("../elsewhere", join(bench.folder, "into/log"));
  await bench.run(["cp", "a1:/log", "into"]);
  expect(await readdir(join(bench.folder, "elsewhere"))).toEqual([]);
  expect(await readlink(join(bench.folder, "into/log")).catch(() => "replaced")).toMatch(/^(replaced|\.\.\/elsewhere)$/);
});

test("stats are lines, objects or one table", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await startSleeper(bench);
  const lines = (await bench.run(["stats", "a1"])).stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line).toMatch(/^20\S+Z {2}a1 {2}far {2}only {2}\d00m {2}12\.5Mi$/);
  expect((await bench.run(["stats", "--no-stream"])).stdout).toMatch(
    /^ID +RUNTIME +INSTANCE +CPU +MEMORY\na1 +far +only +100m +12\.5Mi\n$/,
  );
  expect(jsonLines((await bench.run(["stats", "a1", "--json", "--no-stream"])).stdout)).toMatchObject([
    { id: "a1", runtime: "far", instance: "only", cpu: 100, memory: 12.5 },
  ]);
  const terminal = onTerminal(bench, ["stats", "a1"], { before: "stty cols 80 rows 24" });
  const shown = await terminal.done;
  expect(shown).toMatch(/ID +RUNTIME[^]*300m/);
  expect(shown).toContain("\u001B[");
});

test("run -i gives the program its stdin, run -t a terminal", async () => {
  await using staged = await stage();
  const { bench, far } = staged;
  await bench.write(
    "t.yaml",
    "options: { memory: { program: [{ do: sleep, ms: 1500 }, { do: print, text: done }, { do: exit, code: 3 }] } }\n",
  );
  const live = bench.start(["run", "-i", "-f", "t.yaml"], { stdio: ["pipe", "pipe", "pipe"] });
  live.process.stdin?.end("abc\n");
  expect(await live.done).toEqual({ code: 3, stdout: "done\n", stderr: "" });
  expect(far.calls).toContain("attach.attach");
  const terminal = onTerminal(bench, ["run", "-it", "--id", "t1", "-f", "t.yaml"], {
    after: "stty -a | grep -o -E '[-]?icanon'; echo code $code",
  });
  await terminal.shows("hello");
  terminal.type("\u0010\u0011");
  expect(await terminal.done).toMatch(/longshore: left t1, which goes on[^]*icanon\r\ncode 0/);
  expect((await bench.run(["wait", "t1"])).code).toBe(3);
});
