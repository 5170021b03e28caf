import type { FaultRule } from "@longshore/emulators";

/** As every emulator takes them. */
export interface EmulatorOptions {
  readonly port: number;
  readonly restPort?: number;
  /** Plain, where a cloud is reached over HTTPS. */
  readonly http?: boolean;
  /** Where the certificate to trust is written to. */
  readonly caOut?: string;
  readonly engine?: "docker" | "process";
  readonly faults?: readonly FaultRule[];
  readonly seed: number;
  readonly realistic: boolean;
  readonly speed: number;
}

/** One that runs, and how clients are pointed at it: for people and for programs. */
export interface RunningEmulator extends AsyncDisposable {
  readonly lines: readonly string[];
  readonly told: Readonly<Record<string, unknown>>;
}
