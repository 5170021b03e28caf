import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { Cloud, CloudCall, CloudOperation, CloudReply, CloudRequest } from "../cloud.ts";
import type { Fault, ServiceFault } from "../fault.ts";
import { TokenBucket, type TokenBucketLimits } from "../token-bucket.ts";
import type { AwsProtocol, AwsReplyPlace } from "./aws-protocol.ts";
import type { AwsCall, AwsService } from "./aws-service.ts";
import { accountOf, readCredentialScope, type CredentialScope } from "./credential-scope.ts";
import { jsonProtocol } from "./json-protocol.ts";
import { ModelledError } from "./modelled-error.ts";
import { queryProtocol } from "./query-protocol.ts";
import { toWireJson } from "./to-wire-json.ts";
import { validateInput } from "./validate-input.ts";

export interface AwsCloudOptions {
  readonly services: readonly AwsService[];
  readonly clock: Clock;
  /** The account of whoever's access key is not twelve digits. Default: 123456789012. */
  readonly account?: string;
  /** Who serves a WebSocket of this address. Default: nobody. */
  readonly accept?: NonNullable<Cloud["accept"]>;
  /** Refuses who calls more often than the services' documented rates allow. Default false. */
  readonly quotas?: boolean;
}

interface Route {
  readonly service: AwsService;
  readonly protocol: AwsProtocol;
}
interface Routed extends Route {
  readonly operation: string;
}
/** What of a call is known by the time it is answered. */
interface Telling {
  input?: unknown;
}

const protocols = { json: jsonProtocol, query: queryProtocol, ec2: queryProtocol };
const unknownOperation = (operation: string): ModelledError =>
  new ModelledError("UnknownOperationException", `The emulator does not serve ${operation}.`, { status: 400 });
type AskedError = ServiceFault & { readonly code: string; readonly message?: string; readonly status?: number };

/** The fault `aws:error`: any error of a service, asked for by its code. */
function refuseAsAsked(faults: readonly Fault[]): void {
  const fault = faults.find(({ kind }) => kind === "aws:error") as AskedError | undefined;
  if (!fault) return;
  const { code, message = "Refused by a fault of the emulator", status } = fault;
  throw new ModelledError(code, message, status === undefined ? {} : { status });
}
const rateExceeded = (): ModelledError => new ModelledError("ThrottlingException", "Rate exceeded");

/** The scope's service has to be the one that is asked, as services insist. */
function checkScope(service: AwsService, scope: CredentialScope): void {
  const { signingName, endpointPrefix } = service.model.metadata;
  const expected = signingName ?? endpointPrefix;
  if (scope.service !== expected)
    throw new ModelledError("InvalidSignatureException", `Credential should be scoped to correct service: '${expected}'.`);
}

/** Some of the vendor's services on one port, told apart by target, by action and version, and by what requests are signed for. */
export class AwsCloud implements Cloud {
  readonly #routes: readonly Route[];
  readonly #clock: Clock;
  readonly #account: string;
  readonly accept: NonNullable<Cloud["accept"]>;
  readonly #quotas: boolean;
  /** By account and region; operations with the same limits share one. */
  readonly #buckets = new Map<string, Map<TokenBucketLimits, TokenBucket>>();

  constructor({ services, clock, account = "123456789012", quotas = false, accept = () => undefined }: AwsCloudOptions) {
    this.accept = accept;
    this.#routes = services.map((service) => ({ service, protocol: protocols[service.model.metadata.protocol](service.model) }));
    this.#clock = clock;
    this.#account = account;
    this.#quotas = quotas;
  }

  operationOf(request: CloudRequest): CloudOperation | undefined {
    const routed = this.#route(request);
    return routed && { service: routed.service.name, operation: routed.operation };
  }

  async answer(request: CloudRequest, call: CloudCall): Promise<CloudReply> {
    const routed = this.#route(request);
    if (!routed) return unroutable(request);
    const { protocol, operation } = routed;
    const place: AwsReplyPlace = { operation, requestId: randomUUID() };
    const telling: Telling = {};
    try {
      const output = await this.#perform(routed, { request, call, telling, place });
      const reply = protocol.writeOutput(output, place);
      const told = reply.body instanceof Uint8Array ? toWireJson(output) : undefined;
      return { ...reply, told: { ...telling, output: told } };
    } catch (error) {
      const modelled = error instanceof ModelledError ? error : new ModelledError("InternalFailure", String(error));
      return { ...protocol.writeError(modelled, place), told: { ...telling, error: modelled.code, output: toldError(modelled) } };
    }
  }

  async close(): Promise<void> {
    this.#buckets.clear();
  }

  async #perform(
    { service, protocol, operation }: Routed,
    asked: { request: CloudRequest; call: CloudCall; telling: Telling; place: AwsReplyPlace },
  ): Promise<object> {
    const { request, call, telling, place } = asked;
    const scope = readCredentialScope(request.headers["authorization"]);
    checkScope(service, scope);
    const answer = service.operations[operation];
    if (answer === undefined || service.model.operations[operation] === undefined) throw unknownOperation(operation);
    const raw = protocol.readInput(request, operation);
    telling.input = raw;
    const known: AwsCall = {
      service: service.name,
      operation,
      region: scope.region,
      account: accountOf(scope, this.#account),
      accessKey: scope.accessKey,
      requestId: place.requestId,
      origin: call.origin,
      at: call.at,
      clock: this.#clock,
      signal: call.signal,
      faults: call.faults,
    };
    if (call.faults.some(({ kind }) => kind === "throttle") || this.#overQuota(service, known)) throw rateExceeded();
    refuseAsAsked(call.faults);
    return answer(validateInput(service, operation, raw), known);
  }

  #overQuota(service: AwsService, { operation, account, region }: AwsCall): boolean {
    const limits = service.rates?.[operation];
    if (!this.#quotas || limits === undefined) return false;
    const buckets = this.#buckets.get(`${account}/${region}`) ?? new Map<TokenBucketLimits, TokenBucket>();
    this.#buckets.set(`${account}/${region}`, buckets);
    const bucket = buckets.get(limits) ?? new TokenBucket(this.#clock, limits);
    buckets.set(limits, bucket);
    return !bucket.take();
  }

  #route(request: CloudRequest): Routed | undefined {
    for (const route of this.#routes) {
      const operation = route.protocol.operationOf(request);
      if (operation !== undefined) return { ...route, operation };
    }
    return undefined;
  }
}

const toldError = ({ code, message, fields }: ModelledError): object => ({ code, message, fields: toWireJson(fields) });

/** A request of no service that is here: said in plain words, since no service's own would fit. */
function unroutable({ method, url, headers }: CloudRequest): CloudReply {
  const asked = headers["x-amz-target"] ?? `${method} ${url}`;
  const error = { __type: "UnknownOperationException", message: `The emulator serves no such operation: ${asked}` };
  return {
    status: 404,
    headers: { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": randomUUID() },
    body: Buffer.from(JSON.stringify(error)),
    told: { error: error.__type },
  };
}
