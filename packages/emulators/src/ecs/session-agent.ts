import type { Clock } from "../clock.ts";
import type { CloudSocket } from "../cloud.ts";
import type { EngineExec, EngineRun } from "../engine.ts";
import { isTyped, SessionChannel } from "./session-channel.ts";
import { payloadType, type SessionMessage } from "./session-message.ts";
import { SessionOutput } from "./session-output.ts";
import type { SessionTrouble } from "./session-trouble.ts";
import { SessionWire } from "./session-wire.ts";
import { splitCommand } from "./split-command.ts";

export interface AgentSession {
  readonly sessionId: string;
  readonly run: EngineRun;
  /** One string, as ExecuteCommand takes it. */
  readonly command: string;
  /** Of the cluster: what is said is to be encrypted with it. */
  readonly kmsKeyId?: string;
  readonly trouble: SessionTrouble;
}

const agentVersion = "3.1.1732.0";
/** A client that does not answer by then is too old. */
const handshakeMs = 15_000;
/** An engine says so in the command's own output. */
const notStarted = /^OCI runtime exec failed: /;

interface HandshakeResponse {
  readonly ProcessedClientActions?: readonly {
    readonly ActionType: string;
    readonly ActionStatus: number;
    readonly Error?: string;
  }[];
}

/** What the agent and the client have to know of each other before anything is typed. Resolves with what is wrong, if anything. */
async function shakeHands(
  channel: SessionChannel,
  inputs: AsyncIterator<SessionMessage>,
  session: AgentSession,
): Promise<string> {
  const { kmsKeyId } = session;
  const actions = [
    { ActionType: "SessionType", ActionParameters: { SessionType: "InteractiveCommands", Properties: null } },
    ...(kmsKeyId === undefined ? [] : [{ ActionType: "KMSEncryption", ActionParameters: { KMSKeyId: kmsKeyId } }]),
  ];
  const say = (type: number, content: object): Promise<void> => channel.send(type, Buffer.from(JSON.stringify(content)));
  await say(payloadType.handshakeRequest, { AgentVersion: agentVersion, RequestedClientActions: actions });
  for (;;) {
    const { value, done } = await inputs.next();
    if (done === true) return "the client is gone";
    // What is typed too early is thrown away, though it is acknowledged.
    if (value.payloadType !== payloadType.handshakeResponse) continue;
    const { ProcessedClientActions: processed = [] } = JSON.parse(value.payload.toString()) as HandshakeResponse;
    const failed = processed.find(({ ActionStatus }) => ActionStatus !== 1);
    if (failed) return `${failed.ActionType} failed on client with status ${failed.ActionStatus} error: ${failed.Error ?? ""}`;
    await say(payloadType.handshakeComplete, { HandshakeTimeToComplete: 1_000_000, CustomerMessage: "" });
    return kmsKeyId === undefined ? "" : "Fetching data key failed: there is no KMS here";
  }
}

async function* typed(
  inputs: AsyncIterator<SessionMessage>,
  resize: (size: { columns: number; rows: number }) => Promise<void>,
): AsyncGenerator<Uint8Array, void, void> {
  for (;;) {
    const { value, done } = await inputs.next();
    if (done === true) return;
    if (isTyped(value)) yield value.payload;
    else if (value.payloadType === payloadType.size) {
      const { cols, rows } = JSON.parse(value.payload.toString()) as { cols: number; rows: number };
      await resize({ columns: cols, rows });
    }
  }
}

async function start(
  { run, command }: AgentSession,
  inputs: AsyncIterator<SessionMessage>,
  signal: AbortSignal,
): Promise<EngineExec> {
  const begun = Promise.withResolvers<EngineExec>();
  begun.promise.catch(() => {});
  const input = typed(inputs, async (size) => (await begun.promise).resize(size));
  try {
    const words = splitCommand(command);
    // The agent is root's, whoever the container's user is.
    const exec = await run.exec(words, { tty: true, user: "0", input, signal });
    begun.resolve(exec);
    return exec;
  } catch (error) {
    begun.reject(error);
    throw error;
  }
}

/** Runs the command, and passes on what it says. Resolves with why it did not begin, if so. */
async function perform(
  channel: SessionChannel,
  inputs: AsyncIterator<SessionMessage>,
  asked: AgentSession & { signal: AbortSignal },
): Promise<string> {
  const exec = await start(asked, inputs, asked.signal).catch((error: Error) => error);
  if (exec instanceof Error) return `Unable to start command: Failed to start pty: ${exec.message}`;
  const text = new SessionOutput();
  let said = 0;
  for await (const { bytes } of exec.output) {
    if (said === 0 && notStarted.test(Buffer.from(bytes).toString()))
      return `Unable to start command: Failed to start pty: ${Buffer.from(bytes).toString().trim()}`;
    said += bytes.length;
    await channel.send(payloadType.output, text.push(bytes));
  }
  return "";
}

/** The agent beside a container's program, for one session: as the vendor's own, which is public, and its client expect of each other. */
export async function serveSession(socket: CloudSocket, session: AgentSession, clock: Clock): Promise<void> {
  const channel = new SessionChannel(new SessionWire(socket, session.trouble), clock, session.sessionId);
  const over = new AbortController();
  const signal = AbortSignal.any([socket.signal, over.signal]);
  const listening = channel.listen().catch(() => socket.cut());
  const inputs = channel.inputs();
  try {
    const late = clock.sleep(handshakeMs, signal).then(
      () => "Handshake timed out",
      () => "",
    );
    const wrong = session.trouble.noHandshake ? "" : await Promise.race([shakeHands(channel, inputs, session), late]);
    const output = wrong === "" ? await perform(channel, inputs, { ...session, signal }) : wrong;
    await channel.close(output);
  } finally {
    over.abort();
    await listening;
  }
}
