import { Bench } from "./cli-kit.ts";
import { FarBackend } from "./far/far-backend.ts";

export interface Staged extends AsyncDisposable {
  readonly bench: Bench;
  readonly far: FarBackend;
}

/** A bench whose only runtime is a far one, with every capability. */
export async function stage(): Promise<Staged> {
  const bench = await Bench.open();
  const far = await FarBackend.open(bench.folder);
  return {
    bench,
    far,
    async [Symbol.asyncDispose]() {
      await bench[Symbol.asyncDispose]();
      await far[Symbol.asyncDispose]();
    },
  };
}
