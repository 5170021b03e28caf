import type { AwsOperation, AwsService } from "../aws-service.ts";
import { ModelledError } from "../modelled-error.ts";
import { loadServiceModel } from "../service-model.ts";
import type { FoundParameter, ParameterStore, ParameterType } from "./parameter-store.ts";

interface PutParameterInput {
  readonly Name: string;
  readonly Value: string;
  readonly Type?: ParameterType;
  readonly Overwrite?: boolean;
  readonly DataType?: string;
}

/** The largest value of a standard parameter, in characters, by the service's documentation. */
const standardLength = 4096;
const notFound = (): ModelledError => new ModelledError("ParameterNotFound", "The parameter was not found.");

/** What an encrypted value looks like to who does not ask for its decryption. */
const encrypted = (value: string): string => Buffer.from(`encrypted by the emulator: ${value.length}`).toString("base64");

function tell(
  { parameter, version, selector }: Required<Omit<FoundParameter, "selector">> & FoundParameter,
  decrypt: boolean,
): object {
  const { value, type } = version;
  return {
    Name: parameter.name,
    Type: type,
    Value: type === "SecureString" && !decrypt ? encrypted(value) : value,
    Version: version.version,
    ...(selector !== undefined && { Selector: selector }),
    LastModifiedDate: new Date(version.lastModified),
    ARN: parameter.arn,
    DataType: version.dataType,
  };
}
const isWhole = (found: FoundParameter | undefined): found is Required<Omit<FoundParameter, "selector">> & FoundParameter =>
  found?.version !== undefined;

function putParameter(store: ParameterStore): AwsOperation {
  return async ({ Name, Value, Type, Overwrite = false, DataType = "text" }: PutParameterInput, call) => {
    if (!/^[\w./-]+$/.test(Name) || /^\/?(aws|ssm)/i.test(Name))
      throw new ModelledError(
        "ValidationException",
        `Parameter name: can't be prefixed with "ssm" or "aws", and holds letters, digits and .-_/ alone.`,
      );
    const existing = store.find(call, Name)?.parameter.versions.at(-1);
    const type = Type ?? existing?.type;
    if (!type) throw new ModelledError("ValidationException", "A parameter type is required when you create a parameter.");
    if (Value.length > standardLength)
      throw new ModelledError(
        "ValidationException",
        `Standard tier parameters support a maximum parameter value of ${standardLength} characters.`,
      );
    if (existing && !Overwrite)
      throw new ModelledError(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
      );
    const { version } = store.put(call, Name, { value: Value, type, dataType: DataType });
    return { Version: version, Tier: "Standard" };
  };
}

function getParameter(store: ParameterStore): AwsOperation {
  return async ({ Name, WithDecryption = false }: { readonly Name: string; readonly WithDecryption?: boolean }, call) => {
    const found = store.find(call, Name);
    if (!found) throw notFound();
    if (!isWhole(found))
      throw new ModelledError(
        "ParameterVersionNotFound",
        `Systems Manager could not find version ${found.selector} of ${found.parameter.name}.`,
      );
    return { Parameter: tell(found, WithDecryption) };
  };
}

function getParameters(store: ParameterStore): AwsOperation {
  return async (
    { Names, WithDecryption = false }: { readonly Names: readonly string[]; readonly WithDecryption?: boolean },
    call,
  ) => {
    const found = [...new Set(Names)].map((name) => ({ name, parameter: store.find(call, name) }));
    return {
      Parameters: found.flatMap(({ parameter }) => (isWhole(parameter) ? [tell(parameter, WithDecryption)] : [])),
      InvalidParameters: found.filter(({ parameter }) => !isWhole(parameter)).map(({ name }) => name),
    };
  };
}

/** The Parameter Store of Systems Manager, over parameters that tasks are given too. */
export async function createSsmService(store: ParameterStore): Promise<AwsService> {
  return {
    name: "ssm",
    model: await loadServiceModel("ssm"),
    operations: {
      PutParameter: putParameter(store),
      GetParameter: getParameter(store),
      GetParameters: getParameters(store),
      DeleteParameter: async ({ Name }: { readonly Name: string }, call) => {
        if (!store.delete(call, Name)) throw notFound();
        return {};
      },
      DeleteParameters: async ({ Names }: { readonly Names: readonly string[] }, call) => {
        const deleted = Names.filter((name) => store.delete(call, name));
        return { DeletedParameters: deleted, InvalidParameters: Names.filter((name) => !deleted.includes(name)) };
      },
    },
  };
}
