import type { Stream } from "@longshore/core";
import type { Program, Step } from "./program.ts";

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
const aside = (to: Stream | undefined): string => (to === "stderr" ? " >&2" : "");
const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, "0")}`;

/** A shell acts on a signal only between two commands: so a sleep is a row of short ones. */
const napMs = 200;
const seconds = (ms: number): string => (ms / 1000).toFixed(3);
function sleeping(ms: number): string {
  const naps = Math.floor(ms / napMs);
  const rest = ms % napMs;
  const row = `n=0; while [ $n -lt ${naps} ]; do sleep ${seconds(napMs)}; n=$((n+1)); done`;
  return [...(naps > 0 ? [row] : []), ...(rest > 0 ? [`sleep ${seconds(rest)}`] : [])].join("; ") || ":";
}
function counting(lines: number, to: Stream | "both" | undefined): string {
  const targets = to === "both" ? (["stdout", "stderr"] as const) : [to ?? ("stdout" as const)];
  const echoes = targets.map((target) => `echo "line $n"${aside(target)}`).join("; ");
  return `n=1; while [ $n -le ${lines} ]; do ${echoes}; n=$((n+1)); done`;
}
function trapping(then: Extract<Step, { do: "trap" }>["then"]): string {
  if (then === "ignore") return "trap '' TERM";
  const print = then.print === undefined ? "" : `echo ${quoted(then.print)}; `;
  return `trap ${quoted(`${print}exit ${then.exit}`)} TERM`;
}
/**
 * With busybox's own server, in a folder of its own: beside the program, or wherever may be written. A port of its own is told as
 * `PORT_` and the number. (`nc` holds two waiting connections: the third hangs for seconds.)
 */
function serving({ port, text }: Extract<Step, { do: "serve" }>): string {
  const folder = "d=$(mktemp -d -p . 2>/dev/null || mktemp -d)";
  return `${folder}; printf %s ${quoted(text)} > "$d/index.html"; busybox httpd -f -p "\${PORT_${port}:-${port}}" -h "$d"`;
}
function compiled(step: Step): string {
  switch (step.do) {
    case "print":
      return `printf '%s\\n' ${quoted(step.text)}${aside(step.to)}`;
    case "write":
      return `printf '${step.bytes.map(octal).join("")}'${aside(step.to)}`;
    case "count":
      return counting(step.lines, step.to);
    case "long":
      return `s=0123456789; while [ \${#s} -lt ${step.length} ]; do s=$s$s; done; printf '%s\\n' "$s"${aside(step.to)}`;
    case "sleep":
      return sleeping(step.ms);
    case "echo":
      return `n=0; while [ $n -lt ${step.lines} ]; do read -r l; printf '%s\\n' "$l"; n=$((n+1)); done`;
    case "reveal":
      return `if [ -n "$${step.secret}_FILE" ]; then cat "$${step.secret}_FILE"; else printf %s "$${step.secret}"; fi; echo`;
    case "serve":
      return serving(step);
    case "exit":
      return `exit ${step.code}`;
    case "die":
      return `kill -${step.signal.slice(3)} $$`;
    case "trap":
      return trapping(step.then);
    case "fork":
      // Not a subshell: `$$` would still be the parent's id there.
      return `sh -c ${quoted(shellProgram(step.program))} &`;
  }
}

/**
 * For `sh -c` in dash and in busybox; `serve` needs busybox itself, and answers at `/`. Container backends note: process 1 cannot kill itself, so a program with a `die` step
 * needs an init process (`init: true`).
 */
export const shellProgram = (steps: Program): string => [...steps.map(compiled), "exit 0"].join("\n");
