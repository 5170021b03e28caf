import { type webcrypto, randomBytes } from "node:crypto";
import type * as Library from "@peculiar/x509";

/** All in PEM. */
export interface MadeCertificate {
  /** Of an authority that has signed nothing else, and whose key is forgotten: what clients are told to trust. */
  readonly authority: string;
  /** For 127.0.0.1, ::1 and localhost. */
  readonly certificate: string;
  readonly key: string;
}

const curve = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const dayMs = 86_400_000;
/** No program that checks certificates takes one for much longer. */
const validDays = 397;

const toPem = (label: string, der: ArrayBuffer): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der)
    .toString("base64")
    .replaceAll(/.{64}(?=.)/g, "$&\n")}\n-----END ${label}-----\n`;

type X509 = typeof Library;

const makeKeys = (): Promise<webcrypto.CryptoKeyPair> => crypto.subtle.generateKey(curve, true, ["sign", "verify"]);
const common = (): { serialNumber: string; notBefore: Date; notAfter: Date; signingAlgorithm: typeof curve } => ({
  serialNumber: `01${randomBytes(15).toString("hex")}`,
  notBefore: new Date(Date.now() - dayMs),
  notAfter: new Date(Date.now() + validDays * dayMs),
  signingAlgorithm: curve,
});

const makeAuthority = async (x509: X509, keys: webcrypto.CryptoKeyPair): Promise<InstanceType<X509["X509Certificate"]>> =>
  x509.X509CertificateGenerator.createSelfSigned({
    ...common(),
    name: "CN=Longshore emulator, O=Longshore",
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

/** Makes a certificate for this machine alone, and an authority that vouches for it. */
export async function makeCertificate(): Promise<MadeCertificate> {
  // Its parts are put together by decorators, which need it.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const [authorityKeys, keys] = await Promise.all([makeKeys(), makeKeys()]);
  const authority = await makeAuthority(x509, authorityKeys);
  const certificate = await x509.X509CertificateGenerator.create({
    ...common(),
    subject: "CN=127.0.0.1",
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      new x509.SubjectAlternativeNameExtension([
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
        { type: "dns", value: "localhost" },
      ]),
    ],
  });
  return {
    authority: `${authority.toString("pem")}\n`,
    certificate: `${certificate.toString("pem")}\n`,
    key: toPem("PRIVATE KEY", await crypto.subtle.exportKey("pkcs8", keys.privateKey)),
  };
}
