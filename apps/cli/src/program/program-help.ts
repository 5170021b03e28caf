export const programHelp: string = `
Examples:
  $ longshore run -- echo hello                        as a process of this machine
  $ longshore run --image busybox:1.35 -- echo hello   in a container
  $ longshore run --id a1 --detach -- sh -c 'sleep 60; echo done'
  $ longshore logs a1 --follow
  $ longshore wait a1; echo $?
  $ longshore rm a1
  $ longshore up -f services.yaml                      start services, or update them
  $ longshore doctor                                   why does it not work here?

Exit codes:
  the task's own; 128 + n for signal n; 137 out of memory; 124 time limit;
  2 a mistake in arguments, config or spec; 125 not started, unknown id, lost, backend down;
  1 from doctor alone: something is wrong;
  130 after Ctrl-C (143 after SIGTERM, 141 when stdout was closed)

LONGSHORE_STATE_DIR  where local processes keep their state and logs
LONGSHORE_DEBUG=1    stack traces with errors
NO_COLOR=1           no colours; FORCE_COLOR=1 also where stdout is no terminal`;
