import { expect, test } from "vitest";
import { GoogleSchema } from "../src/google/google-schema.ts";
import { coded, CloudRunBed, image, jobName, jobOf, parent, project } from "./cloud-run-kit.ts";

const permissionDenied = 7;
const unimplemented = 12;

test("what the caller may not do is refused by the permission's name", async () => {
  const deniedPermissions = [
    "run.jobs.delete",
    "run.jobs.runWithOverrides",
    "run.executions.cancel",
    "logging.logEntries.list",
    "secretmanager.versions.access",
  ];
  await using bed = await CloudRunBed.start("grpc", { deniedPermissions, secrets: { "projects/tests/secrets/s": "x" } });
  await bed.create("job", jobOf("true"));
  const name = await bed.run("job");
  await expect(bed.jobs.deleteJob({ name: jobName("job") })).rejects.toEqual(coded(permissionDenied, /run\.jobs\.delete/));
  await expect(bed.run("job", { taskCount: 2 })).rejects.toEqual(coded(permissionDenied, /run\.jobs\.runWithOverrides/));
  await expect(bed.executions.cancelExecution({ name })).rejects.toEqual(coded(permissionDenied, /run\.executions\.cancel/));
  await expect(bed.logging.getEntries()).rejects.toEqual(coded(permissionDenied, /logging\.logEntries\.list/));
  const version = `projects/${project}/secrets/s/versions/1`;
  await expect(bed.secrets.accessSecretVersion({ name: version })).rejects.toEqual(
    coded(permissionDenied, /secretmanager\.versions\.access/),
  );
});

test("nobody deploys what he may not act as", async () => {
  await using bed = await CloudRunBed.start("grpc", { serviceAccounts: ["known@tests.iam.gserviceaccount.com"] });
  const as = (serviceAccount: string) => jobOf("true", { serviceAccount });
  await bed.create("known", as("known@tests.iam.gserviceaccount.com"));
  await expect(bed.create("other", as("other@tests.iam.gserviceaccount.com"))).rejects.toEqual(
    coded(permissionDenied, /actAs.*other@tests/),
  );
  await expect(bed.create("other", as("nonsense"))).rejects.toEqual(coded(3, /no mail address/));
  const service = { template: { containers: [{ image }], serviceAccount: "other@tests.iam.gserviceaccount.com" } };
  await expect(bed.services.createService({ parent, serviceId: "web", service })).rejects.toEqual(
    coded(permissionDenied, /actAs/),
  );
});

test("policies are kept, and change only as their etag allows", async () => {
  await using bed = await CloudRunBed.start();
  await bed.create("job", jobOf("true"));
  const resource = jobName("job");
  const bindings = [{ role: "roles/run.invoker", members: ["user:a@example.com"] }];
  const [first] = await bed.jobs.setIamPolicy({ resource, policy: { bindings } });
  expect((await bed.jobs.getIamPolicy({ resource }))[0]).toMatchObject({ bindings });
  await bed.jobs.setIamPolicy({ resource, policy: { bindings: [], etag: first.etag! } });
  await expect(bed.jobs.setIamPolicy({ resource, policy: { bindings, etag: first.etag! } })).rejects.toEqual(
    coded(10, /concurrent/),
  );
  await expect(bed.jobs.getIamPolicy({ resource: jobName("none") })).rejects.toEqual(coded(5));
});

test("volumes are refused rather than left out", async () => {
  await using bed = await CloudRunBed.start();
  const template = {
    containers: [{ image, volumeMounts: [{ name: "data", mountPath: "/data" }] }],
    volumes: [{ name: "data", emptyDir: {} }],
  };
  await expect(bed.create("job", { template: { template } })).rejects.toEqual(coded(unimplemented, /volumes/));
});

test("the descriptions hold every method that is served, and what it needs", async () => {
  const schema = await GoogleSchema.load();
  const { RunJob, CreateJob } = schema.methods("google.cloud.run.v2.Jobs");
  expect(RunJob).toMatchObject({
    responseType: "google.longrunning.Operation",
    paths: [{ verb: "POST", template: "/v2/{name=projects/*/locations/*/jobs/*}:run", body: "*" }],
  });
  expect(CreateJob?.paths).toMatchObject([{ body: "job" }]);
  expect(schema.methods("google.logging.v2.LoggingServiceV2")["TailLogEntries"]).toMatchObject({ streams: true });
});
