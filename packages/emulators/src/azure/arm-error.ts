/** What is answered instead of a result, as Azure Resource Manager words it. */
export class ArmError extends Error {
  override readonly name = "ArmError";
  /** Of HTTP. */
  readonly status: number;
  readonly code: string;
  /** What is told to whoever came too often. */
  retryAfterSeconds?: number;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What is answered to whoever came too often. */
export function tooOften(code: string, message: string, retryAfterSeconds: number): ArmError {
  const error = new ArmError(429, code, message);
  error.retryAfterSeconds = retryAfterSeconds;
  return error;
}

/** Any error as one that can be answered. */
export const toArmError = (error: unknown): ArmError =>
  error instanceof ArmError
    ? error
    : new ArmError(500, "InternalServerError", error instanceof Error ? error.message : String(error));
