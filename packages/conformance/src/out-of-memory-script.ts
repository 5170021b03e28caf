/**
 * For `sh -c` within a memory limit of about 32 MiB: a child runs out of memory, and the shell ends with the child's code, 137.
 *
 * The waits on both sides are for container engines: containerd hears of a lack of memory only in a container that has been there for
 * a moment, and stays for one. Without them about one death in fifty is told as a plain 137. The kernel takes the child for its
 * `oom_score_adj` (proc(5)), never the shell.
 */
export const outOfMemoryScript =
  "sleep 0.5; sh -c 'echo 1000 > /proc/self/oom_score_adj; exec tail /dev/zero'; code=$?; sleep 1; exit $code";
