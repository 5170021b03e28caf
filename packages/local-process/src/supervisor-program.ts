import { runSupervisor } from "./run-supervisor.ts";

// A program of its own, one for each owner: `node supervisor-program.js FOLDER`. It outlives whoever started it, and ends some while
// after the last workload in its hands.
const [, , owned, instead] = process.argv;
if (owned === undefined) throw new Error("expected the owner's folder");
await runSupervisor(owned, instead === undefined ? undefined : Number(instead));
process.exit(0);
