/** What is answered instead of a result, as Azure Resource Manager words it. */
export class ArmError extends Error {
  override readonly name = "ArmError";
  /** Of HTTP. */
  readonly status: number;
  readonly code: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, code: string, message: string, { retryAfterSeconds }: { retryAfterSeconds?: number } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Any error as one that can be answered. */
export const toArmError = (error: unknown): ArmError =>
  error instanceof ArmError
    ? error
    : new ArmError(500, "InternalServerError", error instanceof Error ? error.message : String(error));
