import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { identify, type ProcessIdentity } from "./process-identity.ts";
import { Supervisor } from "./supervisor.ts";
import { SupervisorPlaces } from "./supervisor-places.ts";
import { takeTurn } from "./take-turn.ts";

/** Until the last workload has ended and nobody has asked for anything for a while; at once where it is another's turn. */
export async function runSupervisor(owned: string, instead?: number): Promise<void> {
  const places = new SupervisorPlaces(owned);
  const me = identify(process.pid);
  if (me === undefined) throw new Error("this process cannot be identified");
  const turn = instead === undefined ? takeTurn(places.turns, me) : succeed(places, instead, me);
  if (turn === undefined) return;
  tidy(places, turn);
  const supervisor = new Supervisor(owned, places, { ...me, turn });
  // A shutdown asks everybody to end. The programs hear it as well, and somebody has to see how they end.
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => supervisor.endIfIdle());
  process.on("SIGCONT", () => supervisor.lookAtAll());
  // One program's trouble must not take the others with it; it stands in the file of complaints.
  process.on("uncaughtException", (error) => console.error(error));
  process.on("unhandledRejection", (error) => console.error(error));
  await supervisor.serve();
}

function succeed({ turns }: SupervisorPlaces, hanging: number, me: ProcessIdentity): number | undefined {
  if (turns.newest()?.number !== hanging) return undefined;
  return turns.follow(hanging, me) ? hanging + 1 : undefined;
}

/** What earlier turns left: sockets that nobody listens on, pipes that nobody opened, halves of records. */
function tidy(places: SupervisorPlaces, turn: number): void {
  for (const name of readdirSync(places.folder)) {
    const [, number] = /^v1-(\d+)\.(?:sock|pipes)$/.exec(name) ?? [];
    if (number !== undefined && Number(number) < turn) rmSync(join(places.folder, name), { recursive: true, force: true });
  }
}
