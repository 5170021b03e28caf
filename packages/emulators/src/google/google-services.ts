import type { Fault } from "../fault.ts";
import { dropDefaults } from "./drop-defaults.ts";
import { dropOutputOnly } from "./drop-output-only.ts";
import { findMissing } from "./find-missing.ts";
import { exhausted, GoogleError, invalid } from "./google-error.ts";
import { findFault } from "./google-fault-kinds.ts";
import type { GoogleSchema, MethodModel } from "./google-schema.ts";
import type { GoogleCall, GoogleMessage, GoogleMethod, GoogleService, GoogleStream } from "./google-service.ts";
import type { IamPolicies } from "./iam-policies.ts";
import { isStatusCode } from "./status-code.ts";

/** A method that is served, whichever protocol asks for it. */
export interface ServedMethod {
  readonly service: GoogleService;
  readonly name: string;
  readonly model: MethodModel;
}

type Answer = (input: GoogleMessage, call: GoogleCall) => object | Promise<object>;

function errorOf(faults: readonly Fault[], kind: string): GoogleError | undefined {
  const asked = findFault(faults, kind);
  if (!asked) return undefined;
  const code = String(asked["code"]);
  return new GoogleError(isStatusCode(code) ? code : "UNKNOWN", String(asked["message"] ?? `an injected ${code}`));
}

/** All services of one emulator: finds methods, and calls them under the rules that hold for every one of them. */
export class GoogleServices {
  readonly schema: GoogleSchema;
  readonly methods: readonly ServedMethod[];

  readonly #policies: IamPolicies;

  constructor(schema: GoogleSchema, services: readonly GoogleService[], policies: IamPolicies) {
    this.schema = schema;
    this.#policies = policies;
    this.methods = services.flatMap((service) => {
      const models = schema.methods(service.fullName);
      const served = [...Object.keys(service.methods), ...Object.keys(service.streams ?? {})];
      return served.map((name) => ({ service, name, model: models[name]! }));
    });
  }

  /** @throws {@link GoogleError} */
  async call({ service, name, model }: ServedMethod, request: GoogleMessage, call: GoogleCall): Promise<object> {
    this.#refuse({ service, name }, call);
    const type = this.schema.type(model.requestType);
    const input = dropDefaults(type, dropOutputOnly(type, request)) as GoogleMessage;
    // With a mask, what is left out is left as it is.
    const isDeep = service.requiresDeep === true && !input["updateMask"];
    const missing = findMissing(type, input, isDeep);
    if (missing !== undefined)
      throw invalid(`${model.requestType.split(".").at(-1)}.${missing}`, "This field is required and was not set.");
    const answer = await (service.methods[name] as GoogleMethod as Answer)(input, call);
    const late = errorOf(call.faults, "google:error-after");
    if (late) throw late;
    return answer;
  }

  /** @throws {@link GoogleError}, also later, from the stream. */
  stream({ service, name }: ServedMethod, inputs: AsyncIterable<GoogleMessage>, call: GoogleCall): AsyncIterable<object> {
    this.#refuse({ service, name }, call);
    const answer = service.streams![name] as GoogleStream;
    return answer(inputs as AsyncIterable<never>, call);
  }

  #refuse({ service, name }: Pick<ServedMethod, "service" | "name">, { faults }: GoogleCall): void {
    if (faults.some(({ kind }) => kind === "throttle")) throw exhausted(`${service.name}.googleapis.com`, "Requests per minute");
    const error = errorOf(faults, "google:error");
    if (error) throw error;
    const permission = service.permissionOf?.(name);
    if (permission !== undefined) this.#policies.require(permission, service.name);
  }
}
