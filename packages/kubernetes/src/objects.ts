import type * as client from "@kubernetes/client-node";

/** The client has classes of them, whose objects are plain data all the same. */
type Plain<T> = T extends Date
  ? T
  : T extends readonly (infer Item)[]
    ? Plain<Item>[]
    : T extends object
      ? { [K in keyof T]: Plain<T[K]> }
      : T;

export type CoreV1Event = Plain<client.CoreV1Event>;
export type V1Container = Plain<client.V1Container>;
export type V1ContainerStateTerminated = Plain<client.V1ContainerStateTerminated>;
export type V1ContainerStatus = Plain<client.V1ContainerStatus>;
export type V1Deployment = Plain<client.V1Deployment>;
export type V1EnvVar = Plain<client.V1EnvVar>;
export type V1Pod = Plain<client.V1Pod>;
export type V1PodSpec = Plain<client.V1PodSpec>;
export type V1PodTemplateSpec = Plain<client.V1PodTemplateSpec>;
export type V1PolicyRule = Plain<client.V1PolicyRule>;
export type V1Probe = Plain<client.V1Probe>;
export type V1ResourceRequirements = Plain<client.V1ResourceRequirements>;
export type V1Secret = Plain<client.V1Secret>;
export type V1Service = Plain<client.V1Service>;
export type V1Volume = Plain<client.V1Volume>;
export type V1VolumeMount = Plain<client.V1VolumeMount>;
