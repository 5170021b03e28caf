/** What `init` writes. Valid as it is, and the same as having none; what is commented out shows the rest. */
export const exampleConfig = `# Longshore: where work runs, and in whose name. Every member: longshore help, and the README of longshore.
# \${NAME} and \${NAME:-default} are taken from the environment in every string; $\${ stands for a plain \${.

# One owner never sees another's work. Lowercase letters and digits. --owner takes its place.
owner: cli

# Where run and up go without --runtime. Default: the first below.
default: local

# What was started is remembered here for ever: an id is never used twice, and what a backend forgot is told as lost.
# Relative to this file. Default: none, and the backends' own memory counts.
# store: ./longshore-store

runtimes:
  # Processes of this machine.
  local:
    use: local-process
    # stateDir: \${HOME}/longshore    # default: $LONGSHORE_STATE_DIR, else the platform's folder for state

  # Containers of a Docker Engine. Found as Docker's own client finds it: DOCKER_HOST, then the current context.
  docker:
    use: docker
    # host: tcp://10.0.0.5:2376
    # certificates: \${HOME}/.docker/build-server
    # This command's share of the engine's rate: calls a second, and how many at once after a rest.
    # limits: { perSecond: 20, burst: 40 }

  # Any other plugin goes by its package's name, installed beside this file.
  # elsewhere:
  #   use: "@acme/longshore-elsewhere"
`;
