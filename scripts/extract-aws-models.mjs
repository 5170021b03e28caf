// Writes what the emulators need of the vendor's service models: no descriptions, and only the operations that they know.
// For whoever has such models (python3-botocore's data folder, for one):  node scripts/extract-aws-models.mjs FOLDER...
// A folder holds SERVICE/VERSION/service-2.json; what it lacks stays as it is.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./toolchain.mjs";

const target = join(root, "packages/emulators/src/aws/models");
const words = (text) => text.trim().split(/\s+/);

const wanted = {
  ecs: words(`
    CreateCapacityProvider CreateCluster CreateService DeleteAccountSetting DeleteAttributes DeleteCapacityProvider DeleteCluster
    DeleteService DeleteTaskDefinitions DeregisterContainerInstance DeregisterTaskDefinition DescribeCapacityProviders
    DescribeClusters DescribeContainerInstances DescribeServiceDeployments DescribeServiceRevisions DescribeServices
    DescribeTaskDefinition DescribeTasks ExecuteCommand GetTaskProtection ListAccountSettings ListAttributes ListClusters
    ListContainerInstances ListServiceDeployments ListServices ListServicesByNamespace ListTagsForResource
    ListTaskDefinitionFamilies ListTaskDefinitions ListTasks PutAccountSetting PutAccountSettingDefault PutAttributes
    PutClusterCapacityProviders RegisterContainerInstance RegisterTaskDefinition RunTask StartTask StopServiceDeployment StopTask
    TagResource UntagResource UpdateCapacityProvider UpdateCluster UpdateClusterSettings UpdateContainerInstancesState
    UpdateService UpdateTaskProtection`),
  logs: words(`
    CreateLogGroup CreateLogStream DeleteLogGroup DeleteLogStream DeleteRetentionPolicy DescribeLogGroups DescribeLogStreams
    FilterLogEvents GetLogEvents ListTagsForResource ListTagsLogGroup PutLogEvents PutLogGroupDeletionProtection
    PutRetentionPolicy StartLiveTail TagLogGroup TagResource UntagLogGroup UntagResource`),
  secretsmanager: words(`
    CreateSecret DeleteSecret DescribeSecret GetSecretValue ListSecrets PutSecretValue RestoreSecret TagResource UntagResource
    UpdateSecret`),
  ssm: words("DeleteParameter DeleteParameters GetParameter GetParameters PutParameter"),
  sts: words("GetCallerIdentity"),
  iam: words("GetRole SimulatePrincipalPolicy"),
  ec2: words("DescribeNetworkInterfaces DescribeSecurityGroups DescribeSubnets"),
};

/** What describes, or belongs to client code. */
const dropped = new Set(["documentation", "box", "deprecated", "deprecatedMessage", "deprecatedSince", "http", "name"]);
const clean = (value) => {
  if (Array.isArray(value)) return value.map(clean);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !dropped.has(key))
      .map(([key, inner]) => [key, clean(inner)]),
  );
};
/** Members are kept by name: one of them may be called `name`. */
const cleanShape = ({ members, ...shape }) => ({
  ...clean(shape),
  ...(members && { members: Object.fromEntries(Object.entries(members).map(([name, member]) => [name, clean(member)])) }),
});

/** Every shape that these operations lead to. */
function reachable(shapes, operations) {
  const found = new Set();
  const visit = (name) => {
    if (found.has(name)) return;
    found.add(name);
    const { members = {}, member, key, value } = shapes[name];
    for (const reference of [...Object.values(members), member, key, value]) if (reference) visit(reference.shape);
  };
  for (const { input, output, errors = [] } of operations)
    for (const reference of [input, output, ...errors]) if (reference) visit(reference.shape);
  return [...found].sort((one, other) => (one < other ? -1 : 1));
}

function extract(folder, names) {
  const model = JSON.parse(readFileSync(join(folder, "service-2.json"), "utf8"));
  const pages = join(folder, "paginators-1.json");
  const pagination = existsSync(pages) ? JSON.parse(readFileSync(pages, "utf8")).pagination : {};
  const operations = names.filter((name) => model.operations[name]).map((name) => [name, model.operations[name]]);
  const { apiVersion, endpointPrefix, protocol, serviceId, signingName, targetPrefix, xmlNamespace } = model.metadata;
  const shapes = reachable(
    model.shapes,
    operations.map(([, operation]) => operation),
  );
  return {
    metadata: { apiVersion, endpointPrefix, protocol, serviceId, signingName, targetPrefix, xmlNamespace },
    operations: operations.map(([name, { input, output, errors = [] }]) => [
      name,
      clean({
        input: input?.shape,
        output: output?.shape,
        resultWrapper: output?.resultWrapper,
        errors: errors.map((e) => e.shape),
      }),
    ]),
    pagination: names.filter((name) => pagination[name]).map((name) => [name, pagination[name]]),
    shapes: shapes.map((name) => [name, cleanShape(model.shapes[name])]),
  };
}

/** A line for each operation and shape: a newer model shows as what has changed in it. */
function format({ metadata, ...tables }) {
  const lines = (rows) => rows.map(([name, row]) => `    ${JSON.stringify(name)}: ${JSON.stringify(row)}`).join(",\n");
  const parts = Object.entries(tables).map(([name, rows]) => `  ${JSON.stringify(name)}: {\n${lines(rows)}\n  }`);
  return `{\n  "metadata": ${JSON.stringify(metadata)},\n${parts.join(",\n")}\n}\n`;
}

mkdirSync(target, { recursive: true });
for (const folder of process.argv.slice(2))
  for (const [service, names] of Object.entries(wanted)) {
    if (!existsSync(join(folder, service))) continue;
    const version = readdirSync(join(folder, service)).sort().at(-1);
    const text = format(extract(join(folder, service, version), names));
    writeFileSync(join(target, `${service}.json`), text);
    console.log(`${service} ${version}: ${text.length} bytes`);
  }
