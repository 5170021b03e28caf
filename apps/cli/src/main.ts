import { failureCode } from "./exit-code-of-ending.ts";
import { runCommand } from "./run-command.ts";

/** What setInterval can wait. */
const longestTimerMs = 2_147_483_647;

/** Whatever nobody caught is a fault of ours: one line, and no code that a task could have. */
const fail = (error: unknown): never => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`longshore: unexpected failure: ${message.replace(/\s*\n\s*/g, " ")}\n`);
  if (process.env["LONGSHORE_DEBUG"] === "1" && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  process.exit(failureCode);
};
process.on("uncaughtException", fail);
process.on("unhandledRejection", fail);

// Not left to the event loop: a connection that a backend keeps open must not keep the command, and one that it does not hold
// open, as a watch of files, must not end it. Nothing to clear: the exit does.
setInterval(() => {}, longestTimerMs);
process.exit(await runCommand(process.argv.slice(2)));
