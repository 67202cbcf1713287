# bucket NAME APP -- COMMAND...: prints credentials, and makes them secrets of the app.
bucket() {
  local name=$1 app=$2
  shift 3
  if in_table "$name" "$FLY" storage list --org "$ORG"; then
    stands "bucket $name"
    return 0
  fi
  if ! change "$@"; then
    local why
    why=$(reason)
    case $why in
    *taken* | *exists*) fail 22 "the bucket name $name is taken: set another \`name\` in the spec" ;;
    esac
    # The reply may have been lost: what counts is whether the bucket is there now.
    in_table "$name" "$FLY" storage list --org "$ORG" || fail 23 "bucket $name was not created: $why"
  fi
  forget "secrets.$app"
}

# bucket_domain NAME HOST -- COMMAND...: setting it again changes nothing.
bucket_domain() {
  local name=$1 host=$2
  shift 3
  if [ -n "$DRY_RUN" ]; then
    change "$@"
    return 0
  fi
  if "$FLY" storage status "$name" </dev/null 2>"$STATE/error" | grep -qF -- "$host"; then
    stands "domain $host"
    return 0
  fi
  must "$@"
}
