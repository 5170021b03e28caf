export const program: string = `
Examples:
  $ longshore run -- echo hello                        as a process of this machine
  $ longshore run --image busybox:1.35 -- echo hello   in a container
  $ longshore run --id a1 --detach -- sh -c 'sleep 60; echo done'
  $ longshore logs a1 --follow
  $ longshore wait a1; echo $?
  $ longshore rm a1

Exit codes:
  the task's own; 128 + n for signal n; 137 out of memory; 124 time limit;
  2 a mistake in arguments, config or spec; 125 not started, unknown id, lost, backend down;
  130 after Ctrl-C (143 after SIGTERM, 141 when stdout was closed)

LONGSHORE_STATE_DIR  where local processes keep their state and logs
LONGSHORE_DEBUG=1    stack traces with errors`;

export const run: string = `
Without a config, a task with --image runs on docker and any other on local. The task is removed at its end, unless
--detach or --keep is given. The first Ctrl-C stops it, the second stops waiting.

Examples:
  $ longshore run -- node build.js
  $ longshore run --image busybox:1.35 --cpu 500m --memory 256Mi --timeout 5m -- sh -c 'echo $HOME'
  $ longshore run --image busybox:1.35 --secret TOKEN=env:MY_TOKEN -- sh -c 'cat $TOKEN_FILE'
  $ longshore run --id a1 --detach -f spec.yaml -- ./work --all

spec.yaml:
  image: busybox:1.35
  command: [sh, -c, "echo hello"]
  env: { LEVEL: debug }
  resources: { cpu: 500m, memory: 256Mi }
  timeoutMs: 60000`;

export const explain: string = `
Exits with 2 when the task would be refused.

Examples:
  $ longshore explain -f spec.yaml
  $ longshore explain --runtime docker --image busybox:1.35 --cpu 0.5 -- true`;

export const ps: string = `
A runtime that is down is told of on stderr; the exit code is 125 only when no runtime answered.

Examples:
  $ longshore ps
  $ longshore ps --runtime docker --json`;

export const inspect: string = `
Examples:
  $ longshore inspect a1
  $ longshore inspect a1 --json`;

export const logs: string = `
Examples:
  $ longshore logs a1 --follow
  $ longshore logs a1 --tail 20
  $ longshore logs a1 --since 2026-01-31T12:00:00Z
  $ longshore logs a1 --json                           each line with the cursor to go on from
  $ longshore logs a1 --since v1.WyIwIiwie30iXQ`;

export const wait: string = `
A task that was stopped exits with its own code or 128 + n, and with 143 if it exited with 0 all the same.

Examples:
  $ longshore wait a1; echo $?`;

export const stop: string = `
Examples:
  $ longshore stop a1
  $ longshore stop a1 --grace 30s`;

export const rm: string = `
Examples:
  $ longshore rm a1`;
