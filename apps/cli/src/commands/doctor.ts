import { styleText } from "node:util";
import { checkConfig } from "../doctor/check-config.ts";
import { checkDisk, checkRuntime } from "../doctor/check-runtime.ts";
import { checkSecrets } from "../doctor/check-secrets.ts";
import { checkSpecs } from "../doctor/check-specs.ts";
import { checkStore } from "../doctor/check-store.ts";
import type { Finding } from "../doctor/finding.ts";
import { failureCode } from "../exit-code-of-ending.ts";
import { namesToAsk } from "../runtimes/look-everywhere.ts";
import { messageOf } from "../runtimes/open-all.ts";
import type { BareSession, Session } from "../session.ts";

const colors = { ok: "green", warn: "yellow", bad: "red" } as const;

const checkNode = (): Finding => ({ check: "node", state: "ok", message: `${process.versions.node}, 22.19 or newer is needed` });

export interface DoctorFlags {
  readonly file?: string;
}

async function* findings(bare: BareSession, { file }: DoctorFlags): AsyncGenerator<Finding, void, void> {
  yield checkNode();
  const [found, config] = await checkConfig(bare.flags);
  yield found;
  if (config === undefined) return;
  const { runtime } = bare.flags;
  const session: Session = { ...bare, config, ...(runtime !== undefined && { runtime }) };
  yield await checkStore(config);
  yield await checkDisk(config).catch((error: unknown) => ({ check: "disk", state: "warn" as const, message: messageOf(error) }));
  const [read, wishes] = file === undefined ? [undefined, []] : await checkSpecs(session, file);
  for (const name of namesToAsk(session)) {
    const specs = wishes.filter(({ runtime: chosen }) => chosen === name).map(({ spec }) => spec);
    yield* await checkRuntime(session, name, specs);
  }
  if (read !== undefined) yield read;
  yield* checkSecrets(
    session,
    wishes.map(({ spec }) => spec),
  );
}

/** Why it does not work here: each thing it needs, how that is, and what to do. */
export async function doctor(session: BareSession, flags: DoctorFlags): Promise<number> {
  let wrong = false;
  for await (const finding of findings(session, flags)) {
    const { check, state, message, hint } = finding;
    wrong ||= state === "bad";
    if (session.json) await session.output.json({ ...finding, hint: hint ?? null });
    else {
      const mark = styleText(colors[state], state.padEnd(4), { stream: process.stdout });
      await session.output.line(
        `${mark}  ${check}: ${message.replace(/\s*\n\s*/g, " ")}${hint === undefined ? "" : `; ${hint}`}`,
      );
    }
  }
  return wrong ? failureCode : 0;
}
