# redis NAME -- COMMAND...: prints the URL with a password.
redis() {
  local name=$1
  shift 2
  if in_table redis "$name"; then
    stands "redis $name"
    return 0
  fi
  if change "$@"; then return 0; fi
  local why
  why=$(reason)
  forget redis
  # The reply may have been lost: what counts is whether the database is there now.
  if in_table redis "$name"; then return 0; fi
  case $why in
  *taken* | *exists*) fail 22 "the name $name belongs to somebody else: set another \`name\` in the spec" ;;
  *) fail 23 "redis $name was not created: $why" ;;
  esac
}

# attach_redis APP VARIABLE NAME: the private URL becomes a secret. flyctl has no command for it.
attach_redis() {
  local app=$1 variable=$2 name=$3
  if has_secret "$app" "$variable"; then
    stands "$variable"
    return 0
  fi
  if [ -n "$DRY_RUN" ]; then
    note "would set $variable to the private URL of redis $name through standard input"
    made
    staged "$app"
    return 0
  fi
  # The output holds the password: it goes into a variable, and nowhere else.
  if ! SECRET=$("$FLY" redis status "$name" </dev/null 2>"$STATE/error"); then
    SECRET=''
    fail 21 "$FLY redis status $name failed: $(reason)"
  fi
  SECRET=$(printf '%s\n' "$SECRET" | sed -n 's/.*\(rediss\{0,1\}:\/\/[^[:space:]│]*\).*/\1/p' | head -n 1)
  if [ -z "$SECRET" ]; then fail 21 "$FLY redis status $name printed no URL"; fi
  put_secret "$app" "$variable"
}
