import type Dockerode from "dockerode";
import { openRuntime, owner, type Runtime } from "@longshore/core";
import { runtime as docker } from "@longshore/docker";
import { bareEngine, docker as dockerCommand, image, randomName } from "./engine.ts";
import { atLeast, atMost, type Bench, type Figure } from "./figure.ts";
import { interleave, milliseconds, ratio } from "./interleave.ts";
import { longshoreDoes, longshoreTask, shortTask } from "./one-task.ts";

/** The body that the driver plans: both sides have the same container, hardening, labels and all, made. */
async function plannedBody(runtime: Runtime): Promise<Dockerode.ContainerCreateOptions> {
  const { requests } = await runtime.plan(shortTask(image));
  const create = requests.find((one) => (one as { readonly request: string }).request === "create");
  return (create as { readonly body: Dockerode.ContainerCreateOptions }).body;
}
async function bareTask(engine: Dockerode, body: Dockerode.ContainerCreateOptions): Promise<void> {
  const container = await engine.createContainer({ ...body, name: randomName() });
  await container.start();
  const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
  if (StatusCode !== 0) throw new Error(`it exited with ${StatusCode}`);
  await container.logs({ stdout: true, stderr: true });
  await container.remove({ v: true, force: true });
}
const bareDoes = "POST create (the body that @longshore/docker plans), POST start, POST wait, GET logs, DELETE; no looks";

async function oneAfterTheOther(rounds: number, runtime: Runtime): Promise<Figure> {
  const engine = bareEngine();
  const body = await plannedBody(runtime);
  const sides = await interleave(rounds, [
    { name: "longshore", does: longshoreDoes, measure: () => milliseconds(() => longshoreTask(runtime, image)) },
    { name: "dockerode", does: bareDoes, measure: () => milliseconds(() => bareTask(engine, body)) },
    {
      name: "docker run --rm",
      does: `docker run --rm ${image} true: a process of Docker's own command, its default container`,
      measure: () => milliseconds(() => dockerCommand("run", "--rm", image, "true")),
    },
  ]);
  return {
    name: "a task on Docker, from start to removal",
    unit: "ms",
    sides,
    bars: [
      atMost("× dockerode", ratio(sides, "longshore", "dockerode"), 1.03),
      atMost("× docker run --rm", ratio(sides, "longshore", "docker run --rm"), 1),
    ],
  };
}

const lanes = 16;
const tasksEach = 3;
/** Tasks per second; each lane begins its next task when one has ended. */
async function perSecond(task: () => Promise<void>): Promise<number> {
  const lane = async (): Promise<void> => {
    for (let done = 0; done < tasksEach; done++) await task();
  };
  return (lanes * tasksEach * 1000) / (await milliseconds(() => Promise.all(Array.from({ length: lanes }, lane))));
}
async function manyAtOnce(rounds: number, runtime: Runtime): Promise<Figure> {
  const engine = bareEngine();
  const body = await plannedBody(runtime);
  const sides = await interleave(rounds, [
    { name: "longshore", does: longshoreDoes, measure: () => perSecond(() => longshoreTask(runtime, image)) },
    { name: "dockerode", does: bareDoes, measure: () => perSecond(() => bareTask(engine, body)) },
  ]);
  const value = ratio(sides, "longshore", "dockerode");
  return { name: `${lanes} tasks on Docker at a time`, unit: "tasks/s", sides, bars: [atLeast("× dockerode", value, 0.97)] };
}

const withRuntime = async (measure: (runtime: Runtime) => Promise<Figure>): Promise<readonly Figure[]> => {
  await using runtime = await openRuntime(docker.with({}), { owner: owner(randomName()) });
  return [await measure(runtime)];
};
export const dockerTask: Bench = {
  name: "docker-task",
  about: "create, start, wait, logs, remove on Docker",
  rounds: 20,
  needsEngine: true,
  run: (rounds) => withRuntime((runtime) => oneAfterTheOther(rounds, runtime)),
};
export const dockerTasksAtOnce: Bench = {
  name: "docker-tasks-at-once",
  about: "the same, 16 at a time",
  rounds: 5,
  needsEngine: true,
  run: (rounds) => withRuntime((runtime) => manyAtOnce(rounds, runtime)),
};
