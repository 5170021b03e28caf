import { CommanderError } from "commander";
import { readConfig } from "./config/read-config.ts";
import { createProgram, type GlobalFlags } from "./create-program.ts";
import { exitCodeOfError, usageCode } from "./exit-code-of-error.ts";
import { Interrupts } from "./interrupts.ts";
import { ConsoleOutput } from "./output/console-output.ts";
import { reportError } from "./report-error.ts";
import type { Session } from "./session.ts";
import { flagError } from "./spec/flag-error.ts";

const asksForJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? argv.length : end).includes("--json");
};

/** Help and version are no mistakes. Help that nobody asked for, where a subcommand is missing, is. */
function afterParsing(error: CommanderError, argv: readonly string[]): { readonly code: number; readonly error?: unknown } {
  if (error.exitCode === 0) return { code: 0 };
  if (error.code === "commander.help") return { code: usageCode };
  const command = argv.find((word) => !word.startsWith("-"));
  const hint = `see longshore ${command === undefined || error.code === "commander.unknownCommand" ? "" : `${command} `}--help`;
  return { code: usageCode, error: flagError(error.message.replace(/^error: /, "").replace(/\s+/g, " "), hint) };
}

async function sessionOf(flags: GlobalFlags, parts: Pick<Session, "output" | "interrupts">): Promise<Session> {
  const { config: file, owner, runtime, json = false } = flags;
  const config = await readConfig({ ...(file !== undefined && { file }), ...(owner !== undefined && { owner }) });
  return { ...parts, config, json, ...(runtime !== undefined && { runtime }) };
}

/** One call of the command with these arguments, to its exit code. Never throws. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  using interrupts = new Interrupts();
  const output = new ConsoleOutput(process, (error) => {
    if (error.code !== "EPIPE") void output.note(`stdout cannot be written: ${error.message}`);
    interrupts.raise("SIGPIPE");
  });
  let code = 0;
  const begin = async (flags: GlobalFlags, body: (session: Session) => Promise<number>): Promise<void> => {
    code = await body(await sessionOf(flags, { output, interrupts }));
  };
  try {
    await createProgram({ argv, begin }).parseAsync(argv, { from: "user" });
  } catch (error) {
    const parsed = error instanceof CommanderError ? afterParsing(error, argv) : { code: exitCodeOfError(error), error };
    code = parsed.code;
    if (interrupts.exitCode === undefined && "error" in parsed) await reportError(parsed.error, output, asksForJson(argv));
  }
  await output.flushed();
  return interrupts.exitCode ?? code;
}
