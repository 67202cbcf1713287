# postgres NAME REGION NODES -- COMMAND...: prints a password. The cluster is an app.
postgres() {
  local name=$1 region=$2 nodes=$3 have
  shift 4
  if ! ours "$name"; then
    if ! change "$@"; then
      local why
      why=$(reason)
      forget apps
      ours "$name" || case $why in
      *taken* | *exists*) fail 22 "the name $name belongs to somebody else: set another \`name\` in the spec" ;;
      *) fail 23 "cluster $name was not created: $why" ;;
      esac
    fi
    created "$name"
    if [ -n "$DRY_RUN" ]; then return 0; fi
  else
    stands "cluster $name"
  fi
  app_listing machines "$name" "$FLY" machine list -a "$name" --json
  have=$(ask "machines.$name" '[.[] | select(.region == $r)] | length' --arg r "$region")
  if [ "$have" -eq 0 ]; then
    fail 23 "cluster $name has no machine in $region: its creation was interrupted, and the same command cannot go on; if it holds nothing, run: $FLY apps destroy $name"
  fi
  if [ "$have" -ne "$nodes" ]; then differs "cluster $name has $have machines in $region, not $nodes"; fi
}

# postgres_replicas NAME PRIMARY_REGION REGION COUNT -- COMMAND...: the word MACHINE_ID stands for the primary.
postgres_replicas() {
  local name=$1 primary=$2 region=$3 count=$4 have id word
  shift 5
  app_listing machines "$name" "$FLY" machine list -a "$name" --json
  have=$(ask "machines.$name" '[.[] | select(.region == $r)] | length' --arg r "$region")
  id=$(ask "machines.$name" '[.[] | select(.region == $r)]
    | (map(select(any(.checks[]?; .name == "role" and .output == "primary"))) + .)[0].id // ""' --arg r "$primary")
  if [ "$have" -gt "$count" ]; then differs "cluster $name has $have replicas in $region, not $count"; fi
  if [ "$have" -eq "$count" ]; then stands "$count replicas in $region"; fi
  local -a words
  words=()
  for word in "$@"; do
    if [ "$word" = MACHINE_ID ] && [ -n "$id" ]; then word=$id; fi
    words+=("$word")
  done
  while [ "$have" -lt "$count" ]; do
    must "${words[@]}"
    have=$((have + 1))
  done
  forget "machines.$name"
}

# attach_postgres APP VARIABLE CLUSTER -- COMMAND...: prints the URL with a password.
attach_postgres() {
  local app=$1 variable=$2
  shift 4
  if has_secret "$app" "$variable"; then
    stands "$variable"
    return 0
  fi
  must "$@"
  staged "$app"
}
