import { ModelledError } from "./modelled-error.ts";

/** What a request's signature says of who asks, and of whom. */
export interface CredentialScope {
  readonly accessKey: string;
  readonly region: string;
  readonly service: string;
}

const algorithm = "AWS4-HMAC-SHA256";
const credential = /Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request/;

/**
 * Reads the scope of a version 4 signature. Whoever signs in the right form is let in: the signature itself is not checked,
 * since nobody has a secret key for an emulator. Throws what services answer where it is missing or malformed.
 */
export function readCredentialScope(authorization: string | undefined): CredentialScope {
  if (!authorization) throw new ModelledError("MissingAuthenticationTokenException", "Missing Authentication Token");
  const [, accessKey, , region, service] = credential.exec(authorization) ?? [];
  const lacking = ["Credential=", "SignedHeaders=", "Signature="].filter((part) => !authorization.includes(part));
  if (!authorization.startsWith(algorithm) || lacking.length > 0 || !accessKey || !region || !service)
    throw new ModelledError(
      "IncompleteSignatureException",
      `Authorization header requires ${algorithm} with a Credential of the form KEY/DATE/REGION/SERVICE/aws4_request, SignedHeaders and Signature.`,
    );
  return { accessKey, region, service };
}

/** A key of twelve digits is its own account: whoever needs two accounts signs with two keys. */
export const accountOf = ({ accessKey }: CredentialScope, otherwise: string): string =>
  /^\d{12}$/.test(accessKey) ? accessKey : otherwise;
