import type { SecretUse } from "@longshore/core";
import { configuredSecrets } from "../config/configured-secrets.ts";
import { messageOf } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";
import { readSpecFile } from "../spec/read-spec-file.ts";
import type { Finding } from "./finding.ts";

const hint = "set the variable or write the file here, or name another source: env:NAME, file:PATH";

async function checkSecret(check: string, use: SecretUse, signal: AbortSignal): Promise<Finding> {
  if (!("resolve" in use)) return { check, state: "ok", message: "is the backend's own and not looked up here" };
  try {
    await configuredSecrets().resolve(use.resolve, signal);
    return { check, state: "ok", message: `${use.resolve} is there` };
  } catch (error) {
    return { check, state: "bad", message: messageOf(error), hint };
  }
}

/** The specs of a file, and each secret that they use, resolved as a start would; no value is shown. */
export async function* checkSpecs(session: Session, file: string): AsyncGenerator<Finding, void, void> {
  try {
    const wishes = await readSpecFile(session, { file, lenient: true });
    const ids = wishes.map(({ spec, runtime }) => `${spec.id} on ${runtime}`);
    yield { check: "specs", state: "ok", message: `${file}: ${ids.join(", ")}` };
    for (const { spec } of wishes) {
      for (const [name, use] of Object.entries(spec.secrets ?? {}))
        yield await checkSecret(`secret ${name} of ${spec.id}`, use, session.interrupts.signal);
    }
  } catch (error) {
    session.interrupts.signal.throwIfAborted();
    yield { check: "specs", state: "bad", message: messageOf(error), hint: "longshore up --help shows a file with specs" };
  }
}
