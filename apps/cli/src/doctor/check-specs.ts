import { messageOf } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";
import { readSpecFile } from "../spec/read-spec-file.ts";
import type { Finding } from "./finding.ts";

type Wishes = Awaited<ReturnType<typeof readSpecFile>>;

/** The specs of a file, each with the runtime it is for; a file that cannot be read is the finding. */
export async function checkSpecs(session: Session, file: string): Promise<readonly [Finding, Wishes]> {
  try {
    const wishes = await readSpecFile(session, { file, lenient: true });
    const ids = wishes.map(({ spec, runtime }) => `${spec.id} on ${runtime}`);
    return [{ check: "specs", state: "ok", message: `${file}: ${ids.join(", ")}` }, wishes];
  } catch (error) {
    session.interrupts.signal.throwIfAborted();
    const hint = "longshore up --help shows a file with specs";
    return [{ check: "specs", state: "bad", message: messageOf(error), hint }, []];
  }
}
