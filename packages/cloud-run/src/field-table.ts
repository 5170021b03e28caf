import type { FieldTable } from "@longshore/core/driver";

const none = (what: string) => ({ refuse: `Cloud Run has no ${what}; expected none` }) as const;

export const fieldTable: FieldTable = {
  image: "honoured",
  entrypoint: "honoured",
  command: "honoured",
  env: "honoured",
  secrets: "honoured",
  resources: "honoured",
  platform: "honoured",
  identity: "honoured",
  registryCredentials: {
    refuse: "Cloud Run pulls by its own service agent; expected none, and an image that the agent may read",
  },
  pullPolicy: { noEffect: "Cloud Run reads a tag's digest when a job or a revision is made" },
  workingDirectory: "honoured",
  user: none("user but the image's own"),
  init: { noEffect: "Cloud Run's own init is process 1" },
  tty: none("terminal"),
  stdin: none("stdin"),
  hardening: "honoured",
  ports: "honoured",
  mounts: { refuse: "volumes of Cloud Run are not offered here; expected no mounts" },
  labels: "honoured",
  options: "honoured",
  timeoutMs: "honoured",
  pendingTimeoutMs: "honoured",
  stopGraceMs: "honoured",
  interruptible: { noEffect: "Cloud Run has one kind of capacity" },
  replicas: "honoured",
  restart: "honoured",
  readiness: "honoured",
  update: "honoured",
  drainMs: { noEffect: "Cloud Run takes requests away from an instance itself before it ends it" },
};
