import type { Cloud, CloudCall, CloudOperation, CloudReply, CloudRequest } from "../cloud.ts";
import { GoogleError, toGoogleError } from "./google-error.ts";
import type { GoogleMessage } from "./google-service.ts";
import type { GoogleServices, ServedMethod } from "./google-services.ts";
import { type HttpMatch, HttpRoute } from "./http-route.ts";
import { readRestRequest } from "./read-rest-request.ts";
import { httpStatusOf } from "./status-code.ts";

interface Found {
  readonly method: ServedMethod;
  readonly route: HttpRoute;
  readonly match: HttpMatch;
}

const json = { "content-type": "application/json; charset=UTF-8" };
const toBody = (value: unknown): Uint8Array => Buffer.from(`${JSON.stringify(value, undefined, 2)}\n`);
const urlOf = ({ url }: CloudRequest): URL => new URL(url, "http://emulator");

/** Clients ask for enums by number, since a number that they do not know does them no harm. */
const wantsNumbers = (query: URLSearchParams): boolean => query.getAll("$alt").some((alt) => alt.includes("enum-encoding=int"));

const errorReply = (error: GoogleError, input?: unknown): CloudReply => {
  const status = httpStatusOf(error.code);
  const { message, details = [] } = error.toStatus();
  const told = { code: status, message, status: error.code, ...(details.length > 0 && { details }) };
  return { status, headers: json, body: toBody({ error: told }), told: { input, error: error.code } };
};

/** Every service over REST, by the paths of the protocol descriptions. */
export class RestCloud implements Cloud {
  readonly #services: GoogleServices;
  readonly #routes: readonly { readonly method: ServedMethod; readonly route: HttpRoute }[];

  constructor(services: GoogleServices) {
    this.#services = services;
    this.#routes = services.methods
      .filter(({ model }) => !model.streams)
      .flatMap((method) =>
        [...(method.service.paths?.[method.name] ?? []), ...method.model.paths].map((path) => ({
          method,
          route: new HttpRoute(path),
        })),
      );
  }

  operationOf(request: CloudRequest): CloudOperation | undefined {
    const found = this.#find(request);
    return found && { service: found.method.service.name, operation: found.method.name };
  }

  async answer(request: CloudRequest, call: CloudCall): Promise<CloudReply> {
    const found = this.#find(request);
    if (!found)
      return errorReply(new GoogleError("NOT_FOUND", `There is nothing at ${request.method} ${urlOf(request).pathname}.`));
    const { schema } = this.#services;
    const { method, route, match } = found;
    const { requestType, responseType } = method.model;
    const { searchParams: query } = urlOf(request);
    let input: GoogleMessage | undefined;
    try {
      const type = schema.type(requestType);
      input = schema.read(requestType, readRestRequest(type, { path: route.path, match, query, body: request.body }));
      const answer = await this.#services.call(method, input, call);
      const output = schema.write(responseType, answer, wantsNumbers(query));
      return { status: 200, headers: json, body: toBody(output), told: { input, output: answer } };
    } catch (error) {
      return errorReply(toGoogleError(error), input);
    }
  }

  async close(): Promise<void> {}

  #find(request: CloudRequest): Found | undefined {
    const { pathname } = urlOf(request);
    for (const { method, route } of this.#routes) {
      const match = route.match(request.method, pathname);
      if (match) return { method, route, match };
    }
    return undefined;
  }
}
