# remove_bucket NAME -- COMMAND...
remove_bucket() {
  local name=$1
  shift 2
  if ! in_table storage "$name"; then
    gone "bucket $name"
  elif [ -z "$BUCKETS" ]; then
    keep "bucket $name (--buckets destroys it)"
  elif ! change "$@"; then
    local why
    why=$(reason)
    forget storage
    # The reply may have been lost: what counts is whether the bucket is there.
    if in_table storage "$name"; then fail 23 "bucket $name was not destroyed: $why"; fi
    gone "bucket $name"
  fi
}
