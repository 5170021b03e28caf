import type { AnyMessage } from "../google/operation-store.ts";

/** A message of Cloud Run as one that stands in an Any. */
export const anyOf = (type: "Job" | "Execution" | "Service" | "Revision" | "WorkerPool", message: object): AnyMessage => ({
  "@type": `type.googleapis.com/google.cloud.run.v2.${type}`,
  ...message,
});
