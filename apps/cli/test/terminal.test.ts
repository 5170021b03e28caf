import { open } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { Bench } from "./cli-kit.ts";
import { whyNoDocker } from "./engine.ts";
import { stage } from "./stage.ts";
import { onTerminal } from "./terminal.ts";

const wide = "stty cols 120 rows 24";
const colour = /ESC\[\d*(;\d+)*m/;
/** What a terminal was sent, its sequences in letters. */
const onScreen = async (...args: Parameters<typeof onTerminal>): Promise<string> =>
  (await onTerminal(...args).done).replaceAll("\u001B", "ESC");
const slow = "options: { memory: { program: [{ do: sleep, ms: 1500 }, { do: print, text: done }] } }\n";

test("a wait shows on a terminal what it waits for, and takes it away", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("t.yaml", slow);
  await bench.run(["run", "--id", "a1", "--detach", "-f", "t.yaml"]);
  const shown = await onScreen(bench, ["wait", "a1"], { before: `unset NO_COLOR; ${wide}`, after: "echo code $code" });
  expect(shown).toContain("a1 is running");
  expect(shown).toMatch(colour);
  expect(shown).toMatch(/ESC\[0K[^a]*code 0\r\n$/);
});

test("NO_COLOR takes the colours, and nothing but a terminal shows progress", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write("t.yaml", slow);
  await bench.run(["run", "--id", "a1", "--detach", "-f", "t.yaml"]);
  const quiet = bench.start(["wait", "a1"]);
  const shown = await onScreen(bench, ["wait", "a1"], { before: `export NO_COLOR=1; ${wide}` });
  expect(shown).toContain("a1 is running");
  expect(shown).not.toMatch(colour);
  expect(await quiet.done).toEqual({ code: 0, stdout: "", stderr: "" });
  // A program may colour what it writes; we add nothing to it.
  expect((await bench.run(["run", "-f", "t.yaml"], { FORCE_COLOR: "1" })).stdout).toBe("done\n");
});

test("up draws on a terminal, and prints plain lines elsewhere", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write(
    "web.yaml",
    "kind: service\nid: web\nreadiness: { port: 8080 }\nports: [{ port: 8080 }]\noptions: { memory: { program: [{ do: serve, port: 8080, text: x }] } }\n",
  );
  const drawn = await onScreen(bench, ["up", "-f", "web.yaml"], { before: wide });
  expect(drawn).toContain("web  started, 1/1 ready");
  expect(drawn).toMatch(/ESC\[\d*[AGK]/);
  expect((await bench.run(["up", "-f", "web.yaml"])).stdout).toMatch(/^(web {2}[\w,/ ]+\n)+$/);
});

test("logs of a service are coloured on a terminal alone", async () => {
  await using staged = await stage();
  const { bench } = staged;
  await bench.write(
    "web.yaml",
    "kind: service\nid: web\nreplicas: 2\noptions: { memory: { program: [{ do: print, text: hello }, { do: sleep, ms: 60000 }] } }\n",
  );
  await bench.run(["up", "-f", "web.yaml"]);
  expect(await onScreen(bench, ["logs", "web"], { before: `unset NO_COLOR; ${wide}` })).toMatch(/ESC\[36m\S+ +\|ESC/);
  expect(await onScreen(bench, ["logs", "web"], { before: `export NO_COLOR=1; ${wide}` })).not.toContain("ESC");
  expect((await bench.run(["logs", "web"])).stdout).not.toContain("\u001B");
});

test("output that cannot be written is told of, and is no success", async () => {
  await using bench = await Bench.open();
  const full = await open("/dev/full", "w");
  try {
    const { code, stderr } = await bench.start(["doctor", "--runtime", "local"], { stdio: ["ignore", full.fd, "pipe"] }).done;
    expect(stderr).toMatch(/^longshore: stdout cannot be written: ENOSPC[^\n]*\n$/);
    expect(code).toBe(125);
  } finally {
    await full.close();
  }
});

test("a pull is shown on a terminal; Ctrl-C gives it up and leaves nothing", async (context) => {
  const why = await whyNoDocker();
  if (why !== undefined) return context.skip(why);
  await using bench = await Bench.open();
  // A registry that takes the call and never answers: no pull lasts longer.
  const callers = new Set<Socket>();
  const registry = createServer((socket) => callers.add(socket.on("error", () => {})));
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = registry.address() as { readonly port: number };
    const image = `127.0.0.1:${port}/slow:1`;
    const terminal = onTerminal(bench, ["run", "--id", "p1", "--image", image, "--", "true"], {
      before: wide,
      after: "echo code $code",
    });
    await terminal.shows(`p1: pull ${image}`);
    terminal.type("\u0003");
    expect(await terminal.done).toMatch(/code 130\r\n$/);
    expect(await bench.ps("--runtime", "docker")).toEqual([]);
  } finally {
    for (const caller of callers) caller.destroy();
    await new Promise((resolve) => registry.close(resolve));
  }
});
