# postgres NAME REGION NODES
postgres() {
  if ! ours "$1"; then
    result wrong cluster "$1" missing
    return 0
  fi
  result ok cluster "$1" "$1"
  nodes "$1" "$2" "$3"
  local found
  found=$(ask "nodes.$1" '[.[] | select(.state != "started") | "\(.id) \(.state)"] | if length == 0 then "none" else join(", ") end')
  compare 'stopped nodes' none "$found"
  found=$(ask "nodes.$1" '[.[] | .id as $id | .checks[]? | select(.status != "passing") | "\($id) \(.name) \(.status)"]
    | if length == 0 then "none" else join(", ") end')
  compare 'failing checks' none "$found"
}

# postgres_replicas NAME PRIMARY_REGION REGION COUNT
postgres_replicas() {
  if ours "$1"; then nodes "$1" "$3" "$4"; else result wrong cluster "$1" missing; fi
}

# nodes NAME REGION COUNT
nodes() {
  local found
  listing "nodes.$1" "$FLY" machine list -a "$1" --json
  found=$(ask "nodes.$1" '[.[] | select(.region == $r)] | length' --arg r "$2")
  compare nodes "$3" "$found"
}

# attach_postgres APP VARIABLE CLUSTER
attach_postgres() { secret "$1" "$2"; }
