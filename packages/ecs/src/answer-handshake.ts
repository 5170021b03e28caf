/** What the agent may ask of its client before anything else. */
interface HandshakeRequest {
  readonly RequestedClientActions?: readonly { readonly ActionType: string }[];
}
const status = { done: 1, failed: 2, unsupported: 3 } as const;
/** Agents compare it with the version of the vendor's client that first knew of something; this is one that knows of all of it. */
export const clientVersion = "1.2.707.0";
const noEncryption =
  "the cluster wants its sessions encrypted (executeCommandConfiguration.kmsKeyId), which is not offered here; expected a cluster without";

export interface HandshakeAnswer {
  readonly response: object;
  /** What cannot be done. */
  readonly refusal?: string;
}

/** Pure. The kind of the session is taken note of; encryption by a key of the cluster's is refused. */
export function answerHandshake(content: string): HandshakeAnswer {
  const { RequestedClientActions: asked = [] } = JSON.parse(content) as HandshakeRequest;
  const answers = asked.map(({ ActionType }) => {
    if (ActionType === "SessionType") return { ActionType, ActionStatus: status.done, ActionResult: null, Error: "" };
    const isKey = ActionType === "KMSEncryption";
    const [ActionStatus, message] = isKey ? [status.failed, noEncryption] : [status.unsupported, `no ${ActionType} here`];
    return { ActionType, ActionStatus, ActionResult: null, Error: message };
  });
  const errors = answers.flatMap(({ Error: message }) => (message === "" ? [] : [message]));
  const response = { ClientVersion: clientVersion, ProcessedClientActions: answers, Errors: errors };
  return { response, ...(errors[0] !== undefined && { refusal: errors[0] }) };
}
