import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Bench, bin } from "./cli-kit.ts";

const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

export interface Terminal {
  readonly process: ChildProcess;
  /** Everything that the terminal showed. */
  readonly done: Promise<string>;
  shows(text: string): Promise<void>;
  type(keys: string): void;
}

/** The command on a terminal of script(1); before it `before` runs in the same shell, after it `after` does. */
export function onTerminal(bench: Bench, args: readonly string[], { before = "", after = "" } = {}): Terminal {
  const words = [process.execPath, bin, "--owner", bench.owner, ...args].map(quote).join(" ");
  // Ctrl-C goes to the shell as well, which lives on to tell the code.
  const script = `trap : INT\n${before}\n${words}\ncode=$?\n${after}\nexit $code`;
  const child = spawn("script", ["-qec", script, "/dev/null"], {
    cwd: bench.folder,
    // Node shows no colours where CI says so, nor on a terminal that it does not know; script(1) runs the user's shell.
    env: { ...bench.environment, TERM: "xterm-256color", CI: undefined, SHELL: "/bin/sh" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let shown = "";
  child.stdout.on("data", (piece: Buffer) => (shown += piece.toString()));
  const done = once(child, "close").then(() => shown);
  const shows = async (text: string): Promise<void> => {
    while (!shown.includes(text)) {
      if (child.exitCode !== null) throw new Error(`ended without ${text}: ${JSON.stringify(shown.slice(-2000))}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { process: child, done, shows, type: (keys) => void child.stdin.write(keys) };
}
