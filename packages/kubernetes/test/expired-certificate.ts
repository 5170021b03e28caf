import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const config =
  "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\ndefault_md=sha256\npolicy=p\nnew_certs_dir=.\n[p]\ncommonName=supplied\n";

/** Signed by its own key, for 127.0.0.1, good for a day of 2020. Made in `folder`. */
export async function expiredCertificate(folder: string): Promise<{ readonly key: string; readonly cert: string }> {
  await writeFile(join(folder, "ca.conf"), config);
  await writeFile(join(folder, "index.txt"), "");
  await writeFile(join(folder, "serial"), "01\n");
  const openssl = (...args: readonly string[]): Promise<unknown> => run("openssl", args, { cwd: folder });
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl("req", ...curve, "-subj", "/CN=127.0.0.1", "-keyout", "key.pem", "-out", "asked.pem");
  const dates = ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"];
  const sign = ["ca", "-batch", "-selfsign", "-config", "ca.conf", "-keyfile", "key.pem", "-notext"];
  await openssl(...sign, "-in", "asked.pem", "-out", "cert.pem", ...dates);
  const [key, cert] = await Promise.all(["key.pem", "cert.pem"].map((name) => readFile(join(folder, name), "utf8")));
  return { key: key ?? "", cert: cert ?? "" };
}
