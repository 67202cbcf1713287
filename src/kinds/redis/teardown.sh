# remove_redis NAME -- COMMAND...
remove_redis() {
  local name=$1
  shift 2
  if ! in_table redis "$name"; then
    gone "redis $name"
  elif [ -z "$REDIS" ]; then
    keep "Redis database $name (--redis destroys it)"
  elif ! change "$@"; then
    local why
    why=$(reason)
    forget redis
    # The reply may have been lost: what counts is whether the database is there.
    if in_table redis "$name"; then fail 23 "redis $name was not destroyed: $why"; fi
    gone "redis $name"
  fi
}
