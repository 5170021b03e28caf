import type { Progress } from "@longshore/core";

/** What goes on until the program's own output takes over. */
export interface ProgressLine extends Disposable {
  show(text: string): void;
  clear(): void;
}
const silent: ProgressLine = { show: () => {}, clear: () => {}, [Symbol.dispose]: () => {} };

const mebibyte = 1_048_576;

export function describeProgress({ step, done, total }: Progress): string {
  if (done === undefined) return step;
  const big = (total ?? done) >= mebibyte;
  const amount = (value: number): string => (big ? `${(value / mebibyte).toFixed(1)} MiB` : String(value));
  return `${step} ${amount(done)}${total === undefined ? "" : ` of ${amount(total)}`}`;
}

/** A spinner where stderr is a terminal; elsewhere nothing, since stderr is the task's. */
export async function progressLine(enabled: boolean): Promise<ProgressLine> {
  // A terminal without a width, as some of CI are, has the spinner count an endless number of lines.
  if (!enabled || !process.stderr.isTTY || (process.stderr.columns ?? 0) < 1) return silent;
  const { default: ora } = await import("ora");
  const color = (process.env["NO_COLOR"] ?? "") === "" ? "cyan" : false;
  const spinner = ora({ stream: process.stderr, discardStdin: false, color });
  return {
    show: (text) => void (spinner.isSpinning ? (spinner.text = text) : spinner.start(text)),
    clear: () => void spinner.stop(),
    [Symbol.dispose]: () => void spinner.stop(),
  };
}
