import { CommanderError } from "commander";
import { Interrupts } from "./interrupts.ts";
import { ConsoleOutput } from "./output/console-output.ts";
import type { BareBody, Body } from "./program/command-parts.ts";
import { createProgram } from "./program/create-program.ts";
import type { BareSession, GlobalFlags, Session } from "./session.ts";

const asksForJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf("--");
  return argv.slice(0, end < 0 ? argv.length : end).includes("--json");
};

async function sessionOf(bare: BareSession): Promise<Session> {
  const { config: file, owner, runtime } = bare.flags;
  const { readConfig } = await import("./config/read-config.ts");
  const config = await readConfig({ ...(file !== undefined && { file }), ...(owner !== undefined && { owner }) });
  return { ...bare, config, ...(runtime !== undefined && { runtime }) };
}

/** Nothing that can fail is loaded before it has failed: `--version` and `--help` are to answer at once. */
async function codeOfFailure(error: unknown, command: string | undefined, session: Omit<BareSession, "flags">): Promise<number> {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  const { exitCodeOfError } = await import("./exit-code-of-error.ts");
  const { reportError } = await import("./report-error.ts");
  const { afterParsing } = await import("./after-parsing.ts");
  const told = error instanceof CommanderError ? afterParsing(error, command) : { error };
  if (session.interrupts.exitCode === undefined && "error" in told) await reportError(told.error, session.output, session.json);
  return exitCodeOfError("error" in told ? told.error : error);
}

/** One call of the command with these arguments, to its exit code. Never throws. */
export async function runCommand(argv: readonly string[]): Promise<number> {
  using interrupts = new Interrupts();
  const output = new ConsoleOutput(process, (error) => {
    if (error.code === "EPIPE") return interrupts.raise("SIGPIPE");
    void output.note(`stdout cannot be written: ${error.message}`);
    interrupts.raise("unwritable");
  });
  const common = { output, interrupts };
  let code = 0;
  let command: string | undefined;
  const entered = (name: string): void => void (command = name);
  const beginBare = async (flags: GlobalFlags, body: BareBody): Promise<void> => {
    code = await body({ ...common, flags, json: flags.json === true });
  };
  const begin = (flags: GlobalFlags, body: Body): Promise<void> => beginBare(flags, async (bare) => body(await sessionOf(bare)));
  try {
    await createProgram({ argv, begin, beginBare, entered }).parseAsync(argv, { from: "user" });
  } catch (error) {
    code = await codeOfFailure(error, command, { ...common, json: asksForJson(argv) });
  }
  await output.flushed();
  return interrupts.exitCode ?? code;
}
