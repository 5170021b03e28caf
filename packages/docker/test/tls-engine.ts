import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "./free-port.ts";
import { image, native } from "./kit.ts";

const run = promisify(execFile);

export interface TlsEngine extends AsyncDisposable {
  /** `tcp://127.0.0.1:PORT`. */
  readonly host: string;
  /** Of a client that the engine knows: ca.pem, cert.pem, key.pem. */
  readonly certificates: string;
  /** The engine's authority, but a client of another one. */
  readonly strangers: string;
  /** A client that the engine knows, but another authority. */
  readonly elsewhere: string;
}

/** An authority with a server of this machine's and a client. */
async function certify(folder: string): Promise<void> {
  const openssl = (...words: readonly string[]): Promise<unknown> => run("openssl", words, { cwd: folder });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await run("mkdir", ["-p", folder]);
  await openssl("req", "-x509", ...key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority");
  const sign = async (name: string, extensions: string): Promise<void> => {
    await writeFile(join(folder, `${name}.txt`), extensions);
    await openssl("req", ...key, "-keyout", `${name}-key.pem`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const by = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2", "-extfile", `${name}.txt`];
    await openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}-cert.pem`, ...by);
  };
  await sign("server", "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
  await sign("client", "extendedKeyUsage=clientAuth\n");
  await run("cp", ["client-cert.pem", "cert.pem"], { cwd: folder });
  await run("cp", ["client-key.pem", "key.pem"], { cwd: folder });
}

export const canStartEngine = async (): Promise<boolean> =>
  process.getuid?.() === 0 &&
  run("sh", ["-c", "command -v dockerd && command -v openssl && command -v ip"]).then(
    () => true,
    () => false,
  );

/** Free for tests (RFC 2544), and hardly anybody's own. */
const bridgeAddress = "198.18.213.1/24";

/** An engine without a bridge of its own would take the other engine's away (moby, daemon/daemon_unix.go). */
async function makeBridge(): Promise<AsyncDisposable & { readonly name: string }> {
  const name = `ls${randomBytes(4).toString("hex")}`;
  const remove = async (): Promise<void> => void (await run("ip", ["link", "delete", name]));
  await run("ip", ["link", "add", name, "type", "bridge"]);
  try {
    await run("ip", ["address", "add", bridgeAddress, "dev", name]);
    await run("ip", ["link", "set", name, "up"]);
  } catch (error) {
    await remove();
    throw error;
  }
  return { name, [Symbol.asyncDispose]: remove };
}

/** A second engine, on loopback and with TLS on both sides. Whatever it makes is in one folder, which goes with it. */
export async function startTlsEngine(): Promise<TlsEngine> {
  // Short: sockets lie in it.
  const folder = await mkdtemp(join(tmpdir(), "ls-tls-"));
  const [certificates, strangers, elsewhere] = [join(folder, "certs"), join(folder, "strangers"), join(folder, "elsewhere")];
  await Promise.all([certify(certificates), certify(strangers)]);
  await run("cp", ["-r", certificates, elsewhere]);
  await run("cp", [join(strangers, "ca.pem"), elsewhere]);
  await run("cp", [join(certificates, "ca.pem"), strangers]);
  await writeFile(join(folder, "daemon.json"), "{}");
  const port = await freePort();
  const bridge = await makeBridge();
  const tls = ["ca", "server-cert", "server-key"].map((name) => join(certificates, `${name}.pem`));
  const engine = spawn(
    "dockerd",
    [
      ...["--config-file", join(folder, "daemon.json"), "--host", `tcp://127.0.0.1:${port}`],
      ...["--tlsverify", "--tlscacert", tls[0] ?? "", "--tlscert", tls[1] ?? "", "--tlskey", tls[2] ?? ""],
      ...["--data-root", join(folder, "data"), "--exec-root", join(folder, "exec"), "--pidfile", join(folder, "pid")],
      ...["--storage-driver", "vfs", "--bridge", bridge.name, "--iptables=false", "--ip6tables=false"],
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let said = "";
  for (const stream of [engine.stdout, engine.stderr]) stream.on("data", (text: Buffer) => (said += text.toString()));
  const ended = new Promise<void>((resolve) => engine.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    engine.kill("SIGTERM");
    await ended;
    const mounts = (await readFile("/proc/self/mounts", "utf8")).split("\n").map((line) => line.split(" ")[1] ?? "");
    for (const mount of mounts.filter((path) => path.startsWith(`${folder}/`)).toReversed()) await run("umount", ["-l", mount]);
    await bridge[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  const host = `tcp://127.0.0.1:${port}`;
  const client = ["--host", host, "--tlsverify"];
  for (const name of ["ca", "cert", "key"])
    client.push(`--tls${name === "ca" ? "cacert" : name}`, join(certificates, `${name}.pem`));
  try {
    for (;;) {
      const answers = await native(...client, "version").then(
        () => true,
        () => false,
      );
      if (answers) break;
      if (engine.exitCode !== null) throw new Error(`the engine ended:\n${said.slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await native("save", "--output", join(folder, "image.tar"), image);
    await native(...client, "load", "--input", join(folder, "image.tar"));
  } catch (error) {
    await stop();
    throw error;
  }
  return { host, certificates, strangers, elsewhere, [Symbol.asyncDispose]: stop };
}
