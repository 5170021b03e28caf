/**
 * What the driver calls, as IAM names it; the role of this package's README has the same, and a test holds both against the calls
 * that were made.
 */
export const neededPermissions = [
  "run.jobs.create",
  "run.jobs.delete",
  "run.jobs.get",
  "run.jobs.list",
  "run.jobs.run",
  "run.jobs.update",
  "run.executions.cancel",
  "run.executions.get",
  "run.executions.list",
  "run.tasks.list",
  "run.services.create",
  "run.services.delete",
  "run.services.get",
  "run.services.list",
  "run.services.update",
  "run.workerpools.create",
  "run.workerpools.delete",
  "run.workerpools.get",
  "run.workerpools.list",
  "run.workerpools.update",
  "run.revisions.list",
  "logging.logEntries.list",
] as const;
/** On each account that programs run as. */
export const neededOnAccounts = ["iam.serviceAccounts.actAs"] as const;
