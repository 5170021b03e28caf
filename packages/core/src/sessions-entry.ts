export { chooseRunning, type InstanceRequest, type InstanceTraits } from "./choose-running.ts";
export type { CommandChannel } from "./command-channel.ts";
export { type Conversation, converseWithScript, endOfSession } from "./converse-with-script.ts";
export { type CommandLine, toCommandLine } from "./exec-script.ts";
