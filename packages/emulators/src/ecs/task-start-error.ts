/** Why a task did not get to run, in the words that its description has. */
export class TaskStartError extends Error {
  override readonly name = "TaskStartError";
  /** What the container's description says where one is to blame. */
  readonly container: { readonly name: string; readonly reason: string } | undefined;

  constructor(message: string, container?: { readonly name: string; readonly reason: string }) {
    super(message);
    this.container = container;
  }
}
