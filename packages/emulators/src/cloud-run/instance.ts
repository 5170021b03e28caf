import type { EngineRun } from "../engine.ts";

/** One running instance of a revision. */
export interface Instance {
  readonly run: EngineRun;
  /** Where its port is reached; absent where it has none. */
  readonly address?: { readonly host: string; readonly port: number };
  /** Ends all of its containers, with the documented grace. */
  stop(): Promise<void>;
}
