import assert from "node:assert/strict";
import { type Ending, LongshoreError } from "@longshore/core";
import { type GuaranteeCase, needs } from "./guarantee-case.ts";
import type { Program } from "./program.ts";
import type { Stage } from "./stage.ts";

async function ended(stage: Stage, program: Program): Promise<Ending> {
  const runtime = await stage.open();
  const spec = stage.task(program);
  const ending = await stage.ran(runtime, spec);
  const seen = await stage.elsewhere((other) => stage.soon(other.inspect(spec.id), "inspect"));
  assert.deepEqual(seen.kind === "task" && seen.state, ending, "another process sees the same");
  return ending;
}

export const successNeedsProof: readonly GuaranteeCase[] = [
  {
    name: "code 0 has succeeded, and says what that rests on",
    async run(stage) {
      const ending = await ended(stage, [{ do: "exit", code: 0 }]);
      assert.equal(ending.outcome, "succeeded");
      assert.equal(ending.exit?.code, 0);
      assert.notEqual(ending.exit?.evidence, "", "the evidence is in the backend's words");
    },
  },
  {
    name: "code 3 has not",
    async run(stage) {
      const ending = await ended(stage, [{ do: "exit", code: 3 }]);
      assert.equal(ending.outcome, "failed");
      assert.equal(ending.exit?.code, 3);
    },
  },
  {
    name: "killed has not, and no code is made up",
    async run(stage) {
      const ending = await ended(stage, [{ do: "die", signal: "SIGKILL" }]);
      assert.equal(ending.outcome, "failed");
      assert.notEqual(ending.exit?.code, 0);
    },
  },
  {
    name: "what never started has not",
    needs: [needs.badCommand],
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.given(stage.harness.bad.command);
      const ending = await stage.ran(runtime, spec);
      assert.equal(ending.outcome, "failed");
      assert.notEqual(ending.exit?.code, 0);
    },
  },
  {
    name: "what vanished while it was waited for has not",
    async run(stage) {
      const runtime = await stage.open();
      const spec = stage.task([{ do: "sleep", ms: 60_000 }]);
      await stage.soon(runtime.start(spec), "start");
      const waiting = stage.wait(runtime, spec.id).then(
        (ending) => ending.outcome,
        (error: unknown) => (LongshoreError.is(error) ? error.code : error),
      );
      await stage.harness.wipe(stage.owner);
      const heard = await waiting;
      assert.ok(heard === "lost" || heard === "not-found" || heard === "failed", `ended as ${String(heard)}`);
    },
  },
];
