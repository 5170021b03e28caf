import { createHash, randomBytes } from "node:crypto";
import { chmod, lstat, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CopyOut, Runtime } from "@longshore/core";
import type { DockerCapabilities } from "@longshore/docker";
import { create } from "tar";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { cleanUp, native, needEngine, open, sh, someOwner } from "./kit.ts";
import { unpack } from "./unpack.ts";

const who = someOwner();
const folders: string[] = [];
beforeEach(needEngine);
afterAll(async () => {
  await cleanUp(who);
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), "copies-"));
  folders.push(made);
  return made;
}
/** A tree with modes, links and a name beyond ASCII. */
async function tree(): Promise<string> {
  const made = await folder();
  await mkdir(join(made, "box", "inner"), { recursive: true });
  await writeFile(join(made, "box", "run.sh"), "#!/bin/sh\necho ran\n");
  await chmod(join(made, "box", "run.sh"), 0o750);
  await writeFile(join(made, "box", "inner", "größe 日本.bin"), randomBytes(300_007));
  await chmod(join(made, "box", "inner"), 0o700);
  await symlink("inner/größe 日本.bin", join(made, "box", "link"));
  await symlink("/etc/passwd", join(made, "box", "away"));
  return made;
}
const pack = (cwd: string, ...names: string[]): AsyncIterable<Uint8Array> => create({ cwd, portable: true }, names) as never;
const file = async (cwd: string): Promise<AsyncIterable<Uint8Array>> => {
  await writeFile(join(cwd, "file"), "text\n");
  return pack(cwd, "file");
};
async function copied(runtime: Runtime<DockerCapabilities>, from: CopyOut): Promise<string> {
  const to = await folder();
  await unpack(runtime.capabilities.copy.copyOut(from), to);
  return to;
}

describe("copies", () => {
  test("a tree goes in and comes out again with its modes, links and every byte, under its own name", async () => {
    await using runtime = await open(who);
    const { id } = await runtime.start(sh("tree", "sleep 600"));
    const from = await tree();
    await runtime.capabilities.copy.copyIn({ id, path: "/root", tar: pack(from, "box") });
    const said = await native("exec", `${who}-tree`, "sh", "-c", "/root/box/run.sh; readlink /root/box/away");
    expect(said.split("\n")).toEqual(["ran", "/etc/passwd"]);
    const to = await copied(runtime, { id, path: "/root/box" });
    for (const name of ["box", "box/run.sh", "box/inner", "box/inner/größe 日本.bin"]) {
      const [before, after] = [await lstat(join(from, name)), await lstat(join(to, name))];
      expect(after.mode, name).toBe(before.mode);
    }
    const name = "box/inner/größe 日本.bin";
    expect((await readFile(join(to, name))).equals(await readFile(join(from, name)))).toBe(true);
    expect([await readlink(join(to, "box/link")), await readlink(join(to, "box/away"))]).toEqual([
      "inner/größe 日本.bin",
      "/etc/passwd",
    ]);
    expect(await readFile(join(await copied(runtime, { id, path: "/root/box/run.sh" }), "run.sh"), "utf8")).toContain("ran");
  });

  test("paths begin in the working directory, also of a task that has ended", async () => {
    await using runtime = await open(who);
    const { id } = await runtime.start(sh("ended", "mkdir made; echo of the task >made/text", { workingDirectory: "/tmp" }));
    await runtime.wait(id);
    expect(await readFile(join(await copied(runtime, { id, path: "made/text" }), "text"), "utf8")).toBe("of the task\n");
    await runtime.capabilities.copy.copyIn({ id, path: "made", tar: await file(await folder()) });
    expect(await readFile(join(await copied(runtime, { id, path: "./made/" }), "made", "file"), "utf8")).toBe("text\n");
  });

  test("64 MiB go from one task to another, as fast as they are read", async () => {
    await using runtime = await open(who);
    const { id } = await runtime.start(sh("large", "head -c 67108864 /dev/zero | tr '\\0' x >/tmp/large; sleep 600"));
    await runtime.start(sh("other", "sleep 600"));
    const done = async (): Promise<string> => native("exec", `${who}-large`, "stat", "-c", "%s", "/tmp/large").catch(() => "");
    while ((await done()) !== "67108864") await new Promise((resolve) => setTimeout(resolve, 50));
    const { copyIn, copyOut } = runtime.capabilities.copy;
    let [passed, held] = [0, 0];
    async function* counted(): AsyncGenerator<Uint8Array, void, void> {
      const before = process.memoryUsage().arrayBuffers;
      for await (const chunk of copyOut({ id, path: "/tmp/large" })) {
        if (passed === 0) {
          await new Promise((resolve) => setTimeout(resolve, 1000));
          held = process.memoryUsage().arrayBuffers - before;
        }
        passed += chunk.length;
        yield chunk;
      }
    }
    await copyIn({ id: sh("other", "").id, path: "/tmp", tar: counted() });
    const sum = "sha256sum /tmp/large | cut -d' ' -f1";
    expect(await native("exec", `${who}-other`, "sh", "-c", sum)).toBe(
      createHash("sha256").update(Buffer.alloc(67_108_864, "x")).digest("hex"),
    );
    expect(passed).toBeGreaterThan(67_108_864);
    expect(held, "what came while nobody read").toBeLessThan(4_000_000);
  });

  test("what cannot be copied says why, names the path, and lets go of the archive", async () => {
    await using runtime = await open(who);
    const hardening = { readOnlyRoot: true };
    const { id } = await runtime.start(sh("refused", "sleep 600", { workingDirectory: "/etc" }));
    const fixed = await runtime.start(sh("fixed", "sleep 600", { hardening }));
    const { copyIn, copyOut } = runtime.capabilities.copy;
    let isLeft = false;
    async function* endless(): AsyncGenerator<Uint8Array, void, void> {
      try {
        for (;;) yield Buffer.alloc(65_536, "no archive");
      } finally {
        isLeft = true;
      }
    }
    const control = new AbortController();
    const wanted = { id, path: "/tmp", tar: endless() };
    setTimeout(() => control.abort(new Error("enough")), 300);
    await expect(copyIn(wanted, { signal: control.signal })).rejects.toThrow(/enough/);
    while (!isLeft) await new Promise((resolve) => setTimeout(resolve, 20));
    await expect(copyIn({ id, path: "nowhere", tar: await file(await folder()) })).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("/etc/nowhere"),
    });
    await expect(copyIn({ id, path: "/etc/passwd", tar: await file(await folder()) })).rejects.toMatchObject({
      code: "invalid-argument",
      message: expect.stringContaining("/etc/passwd: extraction point is not a directory"),
    });
    await expect(copyIn({ id: fixed.id, path: "/tmp", tar: await file(await folder()) })).rejects.toMatchObject({
      code: "permission-denied",
      message: expect.stringContaining("read-only"),
    });
    await expect(Array.fromAsync(copyOut({ id, path: "no such" }))).rejects.toMatchObject({
      code: "not-found",
      message: expect.stringContaining("/etc/no such"),
    });
  });
});
