import type { BareSession } from "../session.ts";

/** What becomes of several workloads at once: a block of lines on a terminal, and elsewhere a line for each change. */
export interface Board extends Disposable {
  /** `done`: it stays as it is now. */
  show(id: string, text: string): void;
  /** Leaves on the screen what it shows. */
  done(): void;
}

function lines(write: (line: string) => void): Board {
  const last = new Map<string, string>();
  return {
    show(id, text) {
      if (last.get(id) === text) return;
      last.set(id, text);
      write(`${id}  ${text}`);
    },
    done: () => {},
    [Symbol.dispose]: () => {},
  };
}

/** A terminal without a size, as some of CI are, cannot be drawn on. */
export const canDraw = ({ isTTY, columns }: NodeJS.WriteStream): boolean => isTTY && (columns ?? 0) > 0;

/** On stdout, which is this command's own. With `--json` it shows nothing: the objects say it all. */
export async function openBoard({ json, output }: BareSession): Promise<Board> {
  if (json) return lines(() => {});
  if (!canDraw(process.stdout)) return lines((line) => void output.line(line));
  const { createLogUpdate } = await import("log-update");
  const draw = createLogUpdate(process.stdout);
  const rows = new Map<string, string>();
  return {
    show(id, text) {
      rows.set(id, text);
      const width = Math.max(...[...rows.keys()].map(({ length }) => length));
      draw([...rows].map(([name, said]) => `${name.padEnd(width)}  ${said}`).join("\n"));
    },
    done: () => draw.done(),
    [Symbol.dispose]: () => draw.done(),
  };
}
