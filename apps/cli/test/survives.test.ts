import { expect, test } from "vitest";
import { backends } from "./backends.ts";
import { Bench } from "./cli-kit.ts";
import { CuttingProxy } from "./engine.ts";

const lines = 10_000;
/** 10,000 numbered lines to each stream over about 20 s, in 100 portions. */
const script = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "out $i"; echo "err $i" >&2; [ $((i%100)) -eq 0 ] && sleep 0.18; done; exit 7`;
const numbered = (word: string): string => Array.from({ length: lines }, (_, at) => `${word} ${at + 1}\n`).join("");
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

for (const { name, flags, obstacle } of backends) {
  for (const cutting of name === "docker" ? [false, true] : [false]) {
    test(
      `${name}: work outlives the command that started it${cutting ? ", while the connection is cut five times" : ""}`,
      { timeout: 120_000 },
      async (context) => {
        const why = await obstacle();
        if (why !== undefined) return context.skip(why);
        await using bench = await Bench.open();
        await using proxy = await CuttingProxy.open(bench.folder);
        const env: NodeJS.ProcessEnv = cutting ? { DOCKER_HOST: `unix://${proxy.path}` } : {};
        const starter = bench.start(["run", "--id", "a1", ...flags, "--", "sh", "-c", script], { detached: true, env });
        await starter.shows("out 1000\n");
        process.kill(-(starter.process.pid as number), "SIGKILL");
        const follower = bench.start(["logs", "a1", "--follow"], { env });
        await follower.shows("out 1500\n");
        while (cutting && proxy.cuts < 5) {
          await pause(1000);
          proxy.cut();
        }
        const followed = await follower.done;
        expect(followed.stdout).toBe(numbered("out"));
        expect(followed.stderr).toBe(numbered("err"));
        expect(followed.code).toBe(0);
        expect((await bench.run(["wait", "a1"])).code).toBe(7);
      },
    );
  }
}
