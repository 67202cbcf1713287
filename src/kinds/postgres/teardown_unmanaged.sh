# remove_postgres NAME -- COMMAND...: the cluster is an app.
remove_postgres() {
  local name=$1
  shift 2
  if ! ours "$name"; then
    gone "cluster $name"
  elif [ -z "$CLUSTERS" ]; then
    keep "Postgres cluster $name (--clusters destroys it)"
  elif ! change "$@"; then
    local why
    why=$(reason)
    forget apps
    # The reply may have been lost: what counts is whether the cluster is there.
    if ours "$name"; then fail 23 "cluster $name was not destroyed: $why"; fi
    gone "cluster $name"
  fi
}
