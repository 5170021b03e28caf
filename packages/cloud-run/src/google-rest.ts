import { GoogleAuth } from "google-auth-library";
import type { CloudRunConfig } from "./cloud-run-config.ts";

export interface RestRequest {
  readonly host: string;
  readonly path: string;
  readonly body: object;
}
/** Services that no client of ours speaks to: asked over REST. */
export interface GoogleRest {
  /** The answer's JSON; what is no answer with a status below 300 is thrown, with its status as `code`. */
  post(asked: RestRequest, signal: AbortSignal): Promise<unknown>;
  /** For a registry of Google's; undefined where nobody asks who we are. */
  token(): Promise<string | undefined>;
}
const scope = "https://www.googleapis.com/auth/cloud-platform";

/** Undefined where an emulator speaks gRPC alone. */
export function googleRest({ endpoint, transport, keyFile }: CloudRunConfig): GoogleRest | undefined {
  if (endpoint !== undefined && transport !== "rest") return undefined;
  const auth =
    endpoint === undefined
      ? new GoogleAuth({ scopes: [scope], ...(keyFile !== undefined && { keyFilename: keyFile }) })
      : undefined;
  const token = async (): Promise<string | undefined> => (await auth?.getAccessToken()) ?? undefined;
  return {
    token,
    async post({ host, path, body }, signal) {
      const bearer = await token();
      const headers = { "content-type": "application/json", ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }) };
      const url = `${endpoint ?? `https://${host}`}${path}`;
      const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
      const text = await answer.text();
      if (answer.ok) return JSON.parse(text) as unknown;
      throw Object.assign(new Error(`${host} answered ${answer.status}: ${text.slice(0, 300)}`), {
        httpStatusCode: answer.status,
      });
    },
  };
}
