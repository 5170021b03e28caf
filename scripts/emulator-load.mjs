// Many tasks at once on the emulated ECS, each a process: started, listed by pages, described, ended; and what memory that takes.
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { prepare } from "./toolchain.mjs";

const args = process.argv.slice(2);
if (args.includes("--help")) {
  console.log(`npm run emulator-load -- [--tasks N]

Runs N tasks (1,000) at once on longshore emulate ecs, each a process, and says what time and memory that takes. Needs Linux's /proc.`);
  process.exit(0);
}
const wanted = args.includes("--tasks") ? Number(args[args.indexOf("--tasks") + 1]) : 1000;
const [perCall, perPage, atOnce] = [10, 100, 32];
const authorization = "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=00";

process.exitCode = await prepare();
if (process.exitCode !== 0) process.exit();

const words = ["apps/cli/bin/longshore.js", "emulate", "ecs", "--port", "0", "--engine", "process", "--json"];
const emulator = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
process.once("exit", () => emulator.kill());
const [first] = await emulator.stdout.take(1).toArray();
const { url } = JSON.parse(first.toString());

async function ecs(operation, input) {
  const headers = { authorization, "x-amz-target": `AmazonEC2ContainerServiceV20141113.${operation}` };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(input) });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${operation}: ${JSON.stringify(body)}`);
  return body;
}

async function atMost(items, work) {
  const left = [...items];
  const lane = async () => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

const memberOf = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
const mib = (kib) => `${(kib / 1024).toFixed(0)} MiB`;
const childrenOf = (parent) =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && memberOf(readFileSync(`/proc/${pid}/status`, "utf8"), "PPid") === parent;
    } catch {
      return false;
    }
  });
// What a process has for itself: its libraries are there once for all.
const ownKib = (pid) => memberOf(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"), "Pss");

let begun = performance.now();
const step = (name, note = "") => {
  console.log(`${name.padEnd(34)} ${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${note}`);
  begun = performance.now();
};

async function listed(desiredStatus) {
  const arns = [];
  let pages = 0;
  for (let nextToken; pages === 0 || nextToken; pages++) {
    const page = await ecs("ListTasks", { desiredStatus, maxResults: perPage, nextToken });
    arns.push(...page.taskArns);
    nextToken = page.nextToken;
  }
  return { arns, pages };
}

async function until(arns, status) {
  for (;;) {
    const counts = {};
    for (let index = 0; index < arns.length; index += perPage) {
      const { tasks, failures } = await ecs("DescribeTasks", { tasks: arns.slice(index, index + perPage) });
      if (failures.length > 0) throw new Error(`${failures.length} tasks are missing`);
      for (const { lastStatus } of tasks) counts[lastStatus] = (counts[lastStatus] ?? 0) + 1;
    }
    if (counts[status] === arns.length) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const statusOf = (name) => memberOf(readFileSync(`/proc/${emulator.pid}/status`, "utf8"), name);
const residentKib = () => statusOf("VmRSS");
console.log(`${wanted} tasks as processes; the emulator begins with ${mib(residentKib())}`);
await ecs("RegisterTaskDefinition", {
  family: "load",
  requiresCompatibilities: ["FARGATE"],
  networkMode: "awsvpc",
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "main", image: "any", command: ["sleep", "3600"] }],
});
const launch = {
  launchType: "FARGATE",
  networkConfiguration: { awsvpcConfiguration: { subnets: ["subnet-0123456789abcdef0"] } },
};
begun = performance.now();
const batches = Array.from({ length: Math.ceil(wanted / perCall) }, (_, index) => Math.min(perCall, wanted - index * perCall));
await atMost(batches, (count) => ecs("RunTask", { taskDefinition: "load", count, ...launch }));
step("asked for");
const { arns, pages } = await listed("RUNNING");
if (arns.length !== wanted) throw new Error(`${arns.length} tasks are listed, not ${wanted}`);
step("listed", `${pages} pages`);
await until(arns, "RUNNING");
const children = childrenOf(emulator.pid);
if (children.length !== wanted) throw new Error(`${children.length} processes run, not ${wanted}`);
const tasksKib = children.reduce((sum, pid) => sum + ownKib(pid), 0);
step("all run, by DescribeTasks", `emulator ${mib(residentKib())}, the ${children.length} processes ${mib(tasksKib)}`);
await atMost(arns, (task) => ecs("StopTask", { task }));
step("asked to stop");
await until(arns, "STOPPED");
step("all stopped", `emulator ${mib(residentKib())}, ${childrenOf(emulator.pid).length} processes`);
console.log(`The emulator had ${mib(statusOf("VmHWM"))} at most.`);
emulator.kill("SIGINT");
await new Promise((resolve) => emulator.once("close", resolve));
step("ended");
