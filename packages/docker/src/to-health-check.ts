import { defaultReadinessPeriodMs, type Readiness } from "@longshore/core";
import type { DockerOptions } from "./docker-config.ts";

const nanosPerMs = 1_000_000;
/** A probe that takes longer has failed. Kubernetes gives one second; here each probe is a process that has to be begun. */
const probeLimitMs = 5_000;
/** So many in a row before an instance leaves the endpoints: Kubernetes' `failureThreshold`, and the engine's own default. */
const mostFailures = 3;

/** The engine's `Healthcheck` (docs.docker.com/reference/api/engine, ContainerCreate). Times are nanoseconds. */
export interface Healthcheck {
  readonly Test: readonly string[];
  readonly Interval: number;
  readonly Timeout: number;
  readonly Retries: number;
}

/** Sockets in state 0A listen; addresses are hexadecimal (proc_net_tcp.txt of the kernel's documentation). Needs no program but sh. */
function listens(port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const script = [
    "for table in /proc/net/tcp /proc/net/tcp6; do",
    '[ -r "$table" ] && while read -r _ here _ state _; do',
    `case "$here $state" in *:${wanted}\\ 0A) exit 0 ;; esac`,
    'done < "$table"; done',
    `echo "nothing listens on port ${port}"; exit 1`,
  ];
  return ["CMD", "sh", "-c", script.join("\n")];
}

/** Both programs follow redirections, and fail from 400 on. The engine ends them in time; busybox's own limit crashes static builds. */
function answers(port: number, path: string): readonly string[] {
  const script = [
    "if command -v wget >/dev/null",
    'then wget -q -O /dev/null "$1"',
    'else curl -fsS -L -o /dev/null "$1"',
    'fi && exit 0; echo "no good answer from $1"; exit 1',
  ];
  return ["CMD", "sh", "-c", script.join("\n"), "sh", `http://127.0.0.1:${port}${path}`];
}

export function toHealthcheck({ port, path, periodMs }: Readiness, { healthcheck }: DockerOptions): Healthcheck {
  const made = path === undefined ? listens(port) : answers(port, path);
  return {
    Test: healthcheck === undefined ? made : ["CMD", ...healthcheck.command],
    Interval: (periodMs ?? defaultReadinessPeriodMs) * nanosPerMs,
    Timeout: probeLimitMs * nanosPerMs,
    Retries: mostFailures,
  };
}
