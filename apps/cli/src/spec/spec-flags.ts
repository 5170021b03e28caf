/** What the flags of `run` and `explain` say of a task. */
export interface SpecFlags {
  readonly file?: string;
  readonly id?: string;
  readonly image?: string;
  readonly env?: readonly string[];
  readonly secret?: readonly string[];
  readonly label?: readonly string[];
  readonly cpu?: string;
  readonly memory?: string;
  readonly timeout?: string;
  readonly grace?: string;
  readonly workdir?: string;
  readonly user?: string;
  readonly pull?: string;
  readonly platform?: string;
  readonly interactive?: boolean;
  readonly tty?: boolean;
}
