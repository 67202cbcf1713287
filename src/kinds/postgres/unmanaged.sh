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
  if [ "$have" -gt "$nodes" ]; then differs "cluster $name has $have machines in $region, not $nodes"; fi
  # A creation that stopped halfway has made some of them.
  add_members "$name" "$region" "$region" "$nodes" "$FLY" machine clone MACHINE_ID --region "$region" -a "$name"
  left_behind "$name"
}

# postgres_replicas NAME PRIMARY_REGION REGION COUNT -- COMMAND...: the word MACHINE_ID stands for the primary.
postgres_replicas() {
  local name=$1 primary=$2 region=$3 count=$4 have
  shift 5
  app_listing machines "$name" "$FLY" machine list -a "$name" --json
  have=$(ask "machines.$name" '[.[] | select(.region == $r)] | length' --arg r "$region")
  if [ "$have" -gt "$count" ]; then differs "cluster $name has $have replicas in $region, not $count"; fi
  if [ "$have" -eq "$count" ]; then stands "$count replicas in $region"; fi
  add_members "$name" "$primary" "$region" "$count" "$@"
}

# add_members NAME PRIMARY_REGION REGION COUNT COMMAND...: clones the primary until the region has so many machines.
add_members() {
  local name=$1 primary=$2 region=$3 count=$4 have id word
  shift 4
  app_listing machines "$name" "$FLY" machine list -a "$name" --json
  have=$(ask "machines.$name" '[.[] | select(.region == $r)] | length' --arg r "$region")
  if [ "$have" -ge "$count" ]; then return 0; fi
  id=$(ask "machines.$name" '[.[] | select(.region == $r)]
    | (map(select(any(.checks[]?; .name == "role" and .output == "primary"))) + .)[0].id // ""' --arg r "$primary")
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
  forget "volumes.$name"
}

# left_behind NAME: volumes of a cluster that no machine has. A clone that finds no room leaves one, which is empty; one
# that a machine had is not, so that only a person can tell.
left_behind() {
  local name=$1 id ids
  app_listing volumes "$name" "$FLY" volumes list -a "$name" --json
  ids=$(ask "volumes.$name" '.[] | select(.attached_machine_id == null) | .id')
  for id in $ids; do
    differs "no machine of cluster $name has its volume $id; if it holds nothing, run: $FLY volumes destroy $id -a $name"
  done
}

# attach_postgres APP VARIABLE CLUSTER -- COMMAND...: prints the URL with a password.
attach_postgres() {
  local app=$1 variable=$2
  shift 4
  if has_secret "$app" "$variable"; then
    stands "$variable"
    return 0
  fi
  if ! change "$@"; then
    local why user number=2
    why=$(reason)
    forget "secrets.$app"
    # The reply may have been lost: what counts is whether the secret is there now.
    while ! has_secret "$app" "$variable"; do
      # An attach that stopped halfway leaves its user behind, and flyctl takes none twice.
      case $number$why in
      [2-9]*user*exists*) ;;
      *) fail 23 "$(quoted "$@") failed: $why" ;;
      esac
      user=$(printf '%s_%s' "$app" "$number" | LC_ALL=C tr 'A-Z-' 'a-z_')
      number=$((number + 1))
      if ! change "$@" --database-user "$user"; then why=$(reason); fi
      forget "secrets.$app"
    done
  fi
  staged "$app"
}
