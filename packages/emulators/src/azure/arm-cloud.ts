import { randomUUID } from "node:crypto";
import type { Cloud, CloudCall, CloudOperation, CloudReply, CloudRequest } from "../cloud.ts";
import { ArmError, toArmError } from "./arm-error.ts";
import { throwFaultAfter, throwFaultBefore } from "./arm-fault-kinds.ts";
import { ArmRoute } from "./arm-route.ts";
import { type ArmScope, checkAction, checkScope } from "./arm-scope.ts";
import type { ArmAnswer, ArmOperation, ArmRequest, ArmService } from "./arm-service.ts";
import { readArmRequest } from "./read-arm-request.ts";
import type { SubscriptionRates } from "./subscription-rates.ts";

export interface ArmCloudOptions {
  readonly services: readonly ArmService[];
  /** As {@link Cloud.accept}. */
  readonly accept: NonNullable<Cloud["accept"]>;
  readonly scope: ArmScope;
  /** Absent where whoever asks may ask as fast as they like. */
  readonly rates?: SubscriptionRates;
}

interface Served {
  readonly service: ArmService;
  readonly name: string;
  readonly operation: ArmOperation;
  readonly route: ArmRoute;
}
type Found = Served & { readonly path: Readonly<Record<string, string>> };

/** Over plain HTTP clients send none. */
function checkToken({ headers }: CloudRequest, { origin }: CloudCall): void {
  if (!origin.startsWith("https:") || /^Bearer ./i.test(headers["authorization"] ?? "")) return;
  throw new ArmError(401, "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.");
}
const urlOf = ({ url }: CloudRequest): URL => new URL(url, "http://emulator");
const empty: Uint8Array = Buffer.alloc(0);

/** The parts of Azure Resource Manager that are served, by the paths of their descriptions. */
export class ArmCloud implements Cloud {
  readonly accept: NonNullable<Cloud["accept"]>;
  readonly #options: ArmCloudOptions;
  readonly #served: readonly Served[];

  constructor(options: ArmCloudOptions) {
    this.accept = options.accept;
    this.#options = options;
    this.#served = options.services.flatMap((service) =>
      Object.entries(service.operations).map(([name, operation]) => {
        const { method, path } = operation.model;
        return { service, name, operation, route: new ArmRoute(method, path) };
      }),
    );
  }

  operationOf(request: CloudRequest): CloudOperation | undefined {
    const found = this.#find(request);
    return found && { service: found.service.name, operation: found.name };
  }

  async answer(request: CloudRequest, call: CloudCall): Promise<CloudReply> {
    let input: unknown;
    try {
      const asked = this.#read(request, call);
      input = asked.request.body ?? { ...asked.request.path, ...asked.request.query };
      const answer = await asked.operation.answer(asked.request);
      throwFaultAfter(call.faults);
      return replyOf(answer, input);
    } catch (error) {
      return errorReply(toArmError(error), input);
    }
  }

  async close(): Promise<void> {}

  #read(request: CloudRequest, call: CloudCall): { operation: ArmOperation; request: ArmRequest } {
    const url = urlOf(request);
    const found = this.#find(request);
    if (!found) throw new ArmError(404, "InvalidResourceType", `There is nothing at ${request.method} ${url.pathname}.`);
    throwFaultBefore(call.faults);
    const { service, operation, path } = found;
    checkScope(this.#options.scope, path);
    this.#options.rates?.take(path["subscriptionId"] ?? "", request.method);
    if (operation.action !== undefined) {
      checkToken(request, call);
      checkAction(this.#options.scope, operation.action, url.pathname);
    }
    const read = readArmRequest(service, operation.model, { request, url });
    return { operation, request: { ...read, path, origin: call.origin, url, call } };
  }

  #find(request: CloudRequest): Found | undefined {
    const { pathname } = urlOf(request);
    for (const served of this.#served) {
      const path = served.route.match(request.method, pathname);
      if (path) return { ...served, path };
    }
    return undefined;
  }
}

const headersOf = (body: Uint8Array, more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  ...(body.length > 0 && { "content-type": "application/json; charset=utf-8" }),
  "content-length": String(body.length),
  "x-ms-request-id": randomUUID(),
  ...more,
});

function replyOf({ status, body: output, headers }: ArmAnswer, input: unknown): CloudReply {
  const body = output === undefined ? empty : Buffer.from(JSON.stringify(output));
  // A 204 has no length to tell.
  const { "content-length": length, ...told } = headersOf(body, headers);
  return { status, headers: status === 204 ? told : { ...told, "content-length": length! }, body, told: { input, output } };
}

function errorReply(error: ArmError, input: unknown): CloudReply {
  const { status, code, message, retryAfterSeconds } = error;
  const body = Buffer.from(JSON.stringify({ error: { code, message } }));
  const retry = retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
  return { status, headers: headersOf(body, { ...retry, "x-ms-failure-cause": "service" }), body, told: { input, error: code } };
}
