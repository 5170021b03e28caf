import { randomBytes } from "node:crypto";
import type { ExecRequest } from "./capabilities.ts";

/** Begins and ends what the script says of itself, between what the program says. */
export const bounds = { begin: 1, end: 2 } as const;

/**
 * With a terminal. A backend may start a session twice, and tells no exit code: so the script waits for a line before it begins, which
 * only the client of one session sends, tells the code, and waits for another line, by which all of it has arrived.
 * Keys that end a program do not end the script.
 */
const terminalScript = `
m=$1 d=$2; shift 2
say() { printf '\\001%s%s\\002' "$m" "$1"; }
trap : INT QUIT
say r; read -r l || exit
say g
(if [ -n "$d" ]; then CDPATH= cd "$d" >/dev/null || exit; fi; exec "$@"); c=$?
say "c$c"; read -r l`;

/**
 * Without one. The terminal that the backend gives all the same is made to pass bytes on as they are, and to hold its output on Ctrl-S.
 * What the program says comes in frames of base64, \`o\` or \`e\` first: agents pass text on, and the outputs have to come apart.
 * Each frame is one write, so that the two never mix: \`dd\` gathers what it reads, in BusyBox only where both sizes differ.
 * What is typed comes as lengths and base64, with 0 as its end. \`x\`: the program has ended, and reads no more.
 */
const plainScript = `
m=$1 d=$2 i=$3; shift 3
exec 5>&1
say() { printf '\\001%s%s\\002' "$m" "$1" >&5; }
for p in dd base64; do command -v $p >/dev/null || { say "m$p"; exit; }; done
t=p; if [ -t 0 ]; then t=n; stty raw -echo ixon 2>/dev/null && t=t; fi
say r$t; read -r l || exit
run() { if [ -n "$d" ]; then CDPATH= cd "$d" >/dev/null || exit; fi; exec "$@"; }
feed() { [ -n "$i" ] || return; while read -r n && [ "$n" != 0 ]; do dd bs="$n" count=1 iflag=fullblock 2>/dev/null | base64 -d 2>/dev/null || break; done; }
enc() { while c=$(dd bs=24576 count=1 2>/dev/null | base64) && [ -n "$c" ]; do printf '\\001%s%s%s\\002' "$m" "$1" "$c" | dd ibs=4096 obs=65536 2>/dev/null >&5; done; }
c=$({ { feed 3>&- 4>&- | { (run "$@" 3>&- 4>&- 5>&-); echo $? >&3; say x; } 2>&1 >&4 | enc e; } 4>&1 | enc o; } 3>&1)
say "c$c"
while read -r l; do case $l in *"$m"*) break;; esac; done`;

/**
 * One word of a command line, for whatever splits it as a shell does. Two braces never stand together: what Amazon ECS passes a
 * command through gives them a meaning of its own.
 */
const quoteWord = (word: string): string => `'${word.replaceAll("'", `'\\''`).replace(/\{(?=\{)/g, "{''")}'`;

export interface CommandLine {
  readonly line: string;
  /** What nobody can say who does not know it: of this command alone. */
  readonly marker: string;
}

/**
 * For backends that run one string beside a program, in a terminal, and tell no exit code: the string, which runs the words of a
 * command as they are. The image needs `sh`; without a terminal also `dd` and `base64`. Pure but for the marker.
 */
export function toCommandLine({ command, env = {}, workingDirectory = "", tty, input }: ExecRequest): CommandLine {
  const marker = randomBytes(16).toString("hex");
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const program = variables.length === 0 ? command : ["env", ...variables, ...command];
  const script = tty === undefined ? plainScript : terminalScript;
  const settings =
    tty === undefined ? [marker, workingDirectory, input === undefined ? "" : "input"] : [marker, workingDirectory];
  const words = ["sh", "-c", script.trim(), "sh", ...settings, ...program];
  return { line: words.map(quoteWord).join(" "), marker };
}
