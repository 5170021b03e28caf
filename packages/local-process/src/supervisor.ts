import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { converse } from "./converse.ts";
import { FreePorts } from "./free-ports.ts";
import type { Keeper, Keepers, Means } from "./keeper.ts";
import { PipePool } from "./pipe-pool.ts";
import { Supervision } from "./supervision.ts";
import { ServiceKeeper } from "./service-keeper.ts";
import { servicesIn } from "./service-record.ts";
import type { SecretValues } from "./supervisor-messages.ts";
import type { SupervisorPlaces } from "./supervisor-places.ts";
import { WallClock } from "./wall-clock.ts";

/** Whoever wrote something into a folder tells us; where it died before that, it is found this late. */
const lookEveryMs = 1_000;
/** Without a workload, for whoever starts one after the other: longer than a start of Node is worth, too short to be in the way. */
const lingerMs = 5_000;

/** Runs the workloads of one owner, and answers whoever asks about them. */
export class Supervisor implements Keepers {
  readonly #owned: string;
  readonly #places: SupervisorPlaces;
  readonly #means: Means;
  readonly #keepers = new Map<string, Keeper>();
  /** A start that is under way, so that a second one waits for it. */
  readonly #starting = new Map<string, Promise<void>>();
  readonly #connections = new Set<Socket>();
  #server: Server | undefined;
  #idleSince = performance.now();

  constructor(owned: string, places: SupervisorPlaces, me: Means["me"]) {
    this.#owned = owned;
    this.#places = places;
    const pipes = new PipePool(places.pipes(me.turn));
    this.#means = { me, clock: new WallClock(), pipes, ports: new FreePorts() };
  }
  async serve(): Promise<void> {
    const { turn } = this.#means.me;
    const server = (this.#server = createServer((socket) => void this.#hear(socket)));
    // By its bare name: this process works in the folder itself.
    server.listen(this.#places.socket(turn));
    const closed = once(server, "close");
    await once(server, "listening");
    for (const id of servicesIn(this.#owned)) await this.start(id, {}).catch((error: unknown) => console.error(error));
    const timer = setInterval(() => this.#turn(), lookEveryMs);
    await closed;
    clearInterval(timer);
    rmSync(this.#places.pipes(turn), { recursive: true, force: true });
  }
  lookAtAll(): void {
    for (const keeper of this.#keepers.values()) keeper.look();
  }
  /** Whoever asks us to end means it when there is nothing to do. */
  endIfIdle(): void {
    if (this.#isIdle()) this.#server?.close();
  }
  /** Runs the workload, unless somebody does or did. Settles once it has started or never will. */
  async start(id: string, secrets: SecretValues): Promise<void> {
    await this.#starting.get(id);
    const known = this.#keepers.get(id);
    if (known !== undefined) return known.look();
    const starting = this.#begin(id, secrets);
    const settled = starting.catch(() => {});
    this.#starting.set(id, settled);
    try {
      await starting;
    } finally {
      this.#starting.delete(id);
    }
  }
  async #begin(id: string, secrets: SecretValues): Promise<void> {
    const folder = join(this.#owned, id);
    const keeper = ServiceKeeper.begin(folder, this.#means) ?? (await Supervision.begin(folder, secrets, this.#means));
    if (keeper === undefined) return;
    this.#keepers.set(id, keeper);
    void keeper.over.finally(() => {
      this.#keepers.delete(id);
      this.#idleSince = performance.now();
    });
  }
  keeper(id: string): Keeper | undefined {
    return this.#keepers.get(id);
  }
  /** A later turn is another's: what comes now is for that one. */
  get isCurrent(): boolean {
    return this.#places.turns.newest()?.number === this.#means.me.turn;
  }
  async #hear(socket: Socket): Promise<void> {
    this.#connections.add(socket);
    socket.once("close", () => {
      this.#connections.delete(socket);
      if (this.#keepers.size === 0) this.#idleSince = performance.now();
    });
    await converse(socket, this).catch(() => socket.destroy());
  }
  #isIdle(): boolean {
    return this.#keepers.size === 0 && this.#starting.size === 0 && this.#connections.size === 0;
  }
  #turn(): void {
    this.lookAtAll();
    if (this.#isIdle() && performance.now() - this.#idleSince > lingerMs) this.endIfIdle();
  }
}
