import { superviseTask } from "./supervise-task.ts";

// A program of its own, one for each task: `node supervisor.js FOLDER`. It outlives whoever started it, and ends with the task.
const [, , folder] = process.argv;
if (folder === undefined) throw new Error("expected the task's folder");
await superviseTask(folder);
process.exit(0);
