/** Why a container could not be started. */
export type EngineStartProblem = "no-such-image" | "no-such-command" | "cannot-execute" | "rejected";

/** A container that could not be started, told apart as clouds tell it apart. */
export class EngineStartError extends Error {
  override readonly name = "EngineStartError";
  readonly problem: EngineStartProblem;

  constructor(problem: EngineStartProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
