// Starts the task whose spec it is given, as a process that a test can kill: `node starter.ts STATE_DIR SPEC`.
import { openRuntime, owner, type TaskSpec } from "@longshore/core";
import { runtime as plugin } from "../../src/index.ts";

const [, , stateDir = "", spec = ""] = process.argv;
const runtime = await openRuntime(plugin.with({ stateDir }), { owner: owner("tests") });
const task = await runtime.start(JSON.parse(spec) as TaskSpec);
console.log(JSON.stringify(task));
await runtime[Symbol.asyncDispose]();
