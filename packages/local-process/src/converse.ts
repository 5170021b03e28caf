import type { Socket } from "node:net";
import { classifyProcessError } from "./classify-process-error.ts";
import type { Attachable, Keepers } from "./keeper.ts";
import type { Answer, Question } from "./supervisor-messages.ts";
import { Wire } from "./wire.ts";

type AnsweringWire = Wire<Answer, Question>;

/** Answers one connection's questions, one after the other, until it ends. */
export async function converse(socket: Socket, supervisor: Keepers): Promise<void> {
  using wire: AnsweringWire = new Wire<Answer, Question>(socket);
  let attached: Attachment | undefined;
  try {
    for await (const question of wire.messages()) {
      if (question.ask === "attach") attached = await attach(question, { supervisor, wire });
      else if (attached !== undefined) await attached.hear(question);
      else if (!(await answer(question, { supervisor, wire }))) return;
    }
  } finally {
    attached?.[Symbol.dispose]();
  }
}

/** Who reads slower than that is let go, and told so by the connection's end. */
const mostUnsentBytes = 16_777_216;

interface Parties {
  readonly supervisor: Keepers;
  readonly wire: AnsweringWire;
}

/** False where it is not for us to answer. */
async function answer(question: Question, { supervisor, wire }: Parties): Promise<boolean> {
  switch (question.ask) {
    case "start":
      if (!supervisor.isCurrent) return false;
      await wire.send(await started(question, supervisor));
      return true;
    case "look":
      supervisor.keeper(question.id)?.look();
      await wire.send({ tell: "done" });
      return true;
    case "surroundings": {
      const seen = supervisor.keeper(question.id)?.surroundings(question.instance);
      await wire.send(seen === undefined ? notRunning : { tell: "surroundings", ...seen });
      return true;
    }
    case "attach":
    case "type":
    case "end-input":
    default: // of a later version
      await wire.send({ tell: "failed", message: `this supervisor does not know what ${(question as Question).ask} means here` });
      return true;
  }
}

const notRunning: Answer = { tell: "failed", code: "not-found", message: "no such program runs" };

async function started({ id, secrets }: Extract<Question, { ask: "start" }>, supervisor: Keepers): Promise<Answer> {
  try {
    await supervisor.start(id, secrets);
    return { tell: "done" };
  } catch (error) {
    const code = classifyProcessError(error)?.code;
    return { tell: "failed", message: String(error), ...(code !== undefined && { code }) };
  }
}

/** Somebody who hears a program, and may type. What the program writes waits for nobody but is sent as it comes. */
class Attachment implements Disposable {
  readonly #to: Attachable;
  readonly #hearing: Disposable;

  constructor(to: Attachable, wire: AnsweringWire) {
    this.#to = to;
    this.#hearing = to.listen((stream, bytes) => {
      if (wire.unsentBytes > mostUnsentBytes) return wire[Symbol.dispose]();
      void wire.send({ tell: "output", stream, bytes: Buffer.from(bytes).toString("base64") });
    });
    void to.silent.then(() => wire.send({ tell: "end" })).then(() => wire.end());
  }
  async hear(question: Question): Promise<void> {
    const { input } = this.#to;
    if (question.ask === "end-input") input?.end();
    if (question.ask !== "type" || input === undefined || !input.writable) return;
    const written = input.write(Buffer.from(question.bytes, "base64"));
    if (!written) await new Promise<void>((resolve) => input.once("drain", resolve).once("close", resolve));
  }
  [Symbol.dispose](): void {
    this.#hearing[Symbol.dispose]();
  }
}

async function attach(
  { id, instance }: Extract<Question, { ask: "attach" }>,
  { supervisor, wire }: Parties,
): Promise<Attachment | undefined> {
  const to = supervisor.keeper(id)?.attachable(instance);
  if (to === undefined) {
    await wire.send(notRunning);
    return undefined;
  }
  await wire.send({ tell: "attached" });
  return new Attachment(to, wire);
}
