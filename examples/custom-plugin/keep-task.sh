# Keeps one task: keep-task.sh FOLDER LIMIT GRACE COMMAND…, the limit and the grace in seconds, the limit `none` where there is none.
# Whoever wins the claim runs the command, ends what it leaves behind, known by a variable, and only then writes its code down.
# Its own variables have names that a task's are unlikely to have, since the two share one environment.
_folder=$1 _limit=$2 _grace=$3
shift 3
ln -s $$ "$_folder/claim" 2>/dev/null || exit 0

(
  export LONGSHORE_TASK="$_folder"
  exec sh -c 'ln -s $$ "$0/program"
    command -v -- "$1" >/dev/null || { ln -s "$1" "$0/missing"; exit 127; }
    exec "$@"' "$_folder" "$@" >>"$_folder/log" 2>&1
) &
_program=$!
(
  export LONGSHORE_TIMER="$_folder"
  [ "$_limit" != none ] && sleep "$_limit" && ln -s timed-out "$_folder/intent" && kill -TERM $_program &&
    sleep "$_grace" && kill -KILL $_program
) &
wait $_program
_code=$?

while set -- $(grep -lsxzF -e "LONGSHORE_TASK=$_folder" -e "LONGSHORE_TIMER=$_folder" /proc/[0-9]*/environ); [ $# -gt 0 ]; do
  for _left; do
    _left=${_left#/proc/}
    kill -KILL "${_left%/environ}"
  done
done
ln -s $_code "$_folder/exit"
