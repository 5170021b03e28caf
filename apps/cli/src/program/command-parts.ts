import type { Command } from "commander";
import type { BareSession, Session } from "../session.ts";

/** What a subcommand does, to its exit code. Loads its own code: `--help` and `--version` load none of it. */
export type Body = (session: Session) => Promise<number>;
export type BareBody = (session: BareSession) => Promise<number>;

/** What the groups of subcommands are declared with. */
export interface CommandParts {
  readonly program: Command;
  readonly argv: readonly string[];
  /** With the config read. */
  readonly on: (body: Body) => Promise<void>;
  /** For what works without a config, or tells of what is wrong with it. */
  readonly bare: (body: BareBody) => Promise<void>;
}

/** For an option that may be given again. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
