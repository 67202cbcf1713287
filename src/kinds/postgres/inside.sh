# inside NAME CLUSTER COMMAND...: what a cluster holds, as a reading command lists it, in $STATE/NAME. Without any, flyctl
# prints a sentence in place of JSON. The word CLUSTER_ID stands for the id.
inside() {
  local name=$1 cluster=$2 id word
  shift 2
  if [ -f "$STATE/$name" ]; then return 0; fi
  mpg_list
  id=$(ask mpg '.[] | select(.name == $n) | .id' --arg n "$cluster")
  # A dry run would only now make the cluster.
  if [ -z "$id" ]; then
    if [ -z "$DRY_RUN" ]; then fail 23 "there is no cluster $cluster"; fi
    printf '[]\n' >"$STATE/$name"
    return 0
  fi
  local -a words
  words=()
  for word in "$@"; do
    if [ "$word" = CLUSTER_ID ]; then word=$id; fi
    words+=("$word")
  done
  output "$name" "${words[@]}"
  if grep -q '^No [a-z]* found for cluster' "$STATE/$name.text"; then
    printf '[]\n' >"$STATE/$name"
  else
    parse array "$name" "${words[@]}"
  fi
}

# databases_of CLUSTER, users_of CLUSTER, extensions_of CLUSTER DATABASE
databases_of() { inside "databases.$1" "$1" "$FLY" mpg databases list CLUSTER_ID --json; }
users_of() { inside "users.$1" "$1" "$FLY" mpg users list CLUSTER_ID --json; }
extensions_of() {
  databases_of "$1"
  if ! has "databases.$1" 'any(.[]; .name == $n)' --arg n "$2"; then
    if [ -z "$DRY_RUN" ]; then fail 23 "cluster $1 has no database $2"; fi
    printf '[]\n' >"$STATE/extensions.$1.$2"
    return 0
  fi
  inside "extensions.$1.$2" "$1" "$FLY" mpg databases extensions list CLUSTER_ID --database "$2" --json
}
