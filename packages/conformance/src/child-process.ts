import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ChildJob, ChildMessage } from "./child-job.ts";

const script = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url));

export interface CrashChild {
  /** Settles when the verb was done, with the child's own count of boundaries, or when it was killed. */
  readonly ended: Promise<{ readonly killed: boolean; readonly boundaries: number }>;
  readonly kill: () => void;
}

/** A process that has opened its runtime and is about to run the verb; `armed` is called right before it does. */
export async function crashChild(
  job: ChildJob,
  { preload, armed }: { readonly preload: boolean; readonly armed?: () => void },
): Promise<CrashChild> {
  const options = preload ? ["--import", script("crash-preload-entry")] : [];
  const child = spawn(process.execPath, [...options, script("crash-child"), JSON.stringify(job)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const stderr: Buffer[] = [];
  child.stderr?.on("data", (chunk: Buffer) => stderr.push(chunk));
  const opened = Promise.withResolvers<void>();
  const ended = ending(child, { opened: opened.resolve, said: () => Buffer.concat(stderr).toString() });
  await Promise.race([opened.promise, ended]);
  armed?.();
  child.send("go");
  return { ended, kill: () => void child.kill("SIGKILL") };
}

interface Hearing {
  readonly opened: () => void;
  readonly said: () => string;
}
function ending(child: ChildProcess, { opened, said }: Hearing): CrashChild["ended"] {
  let last: ChildMessage = { kind: "opened" };
  child.on("message", (message: ChildMessage) => {
    last = message;
    if (message.kind === "opened") opened();
  });
  const ended = new Promise<{ killed: boolean; boundaries: number }>((resolve, reject) => {
    child.once("error", reject);
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (signal === "SIGKILL") resolve({ killed: true, boundaries: 0 });
      else if (last.kind === "done") resolve({ killed: false, boundaries: last.boundaries });
      else reject(new Error(`the child process failed (${code ?? signal}): ${last.kind === "failed" ? last.message : said()}`));
    };
    // Its exit may be known before its last message is read, which comes before the end of the channel.
    child.once("exit", (code, signal) => {
      if (child.connected) child.once("disconnect", () => settle(code, signal));
      else settle(code, signal);
    });
  });
  ended.catch(() => {}); // whoever waits for it hears of it
  return ended;
}
