import type { SecretUse, WorkloadSpec } from "@longshore/core";
import { configuredSecrets } from "../config/configured-secrets.ts";
import { messageOf } from "../runtimes/open-all.ts";
import type { Session } from "../session.ts";
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

/** Each secret that specs use, resolved as a start would; no value is shown. */
export async function* checkSecrets(session: Session, specs: readonly WorkloadSpec[]): AsyncGenerator<Finding, void, void> {
  for (const spec of specs) {
    for (const [name, use] of Object.entries(spec.secrets ?? {}))
      yield await checkSecret(`secret ${name} of ${spec.id}`, use, session.interrupts.signal);
  }
}
