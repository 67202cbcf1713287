# bucket NAME APP -- COMMAND...: prints credentials, and makes them secrets of the app.
bucket() {
  local name=$1 app=$2
  shift 3
  if in_table storage "$name"; then
    stands "bucket $name"
  else
    if ! change "$@"; then
      local why
      why=$(reason)
      forget storage
      # The reply may have been lost: what counts is whether the bucket is there now.
      in_table storage "$name" || case $why in
      *'for app'*) fail 23 "bucket $name was not created: $why" ;;
      *taken* | *exists*) fail 22 "the bucket name $name is taken: set another \`name\` in the spec" ;;
      *) fail 23 "bucket $name was not created: $why" ;;
      esac
    fi
    forget "secrets.$app"
    if [ -n "$DRY_RUN" ]; then return 0; fi
  fi
  # flyctl sets none when one of the names is taken, and goes on when it cannot set them.
  has_secret "$app" AWS_SECRET_ACCESS_KEY ||
    later "$app has no credentials for bucket $name: make a key ($FLY storage dashboard $name), and set it as its secrets AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, beside AWS_ENDPOINT_URL_S3=https://fly.storage.tigris.dev, AWS_REGION=auto and BUCKET_NAME=$name"
}

# bucket_domain NAME HOST -- COMMAND...: set every time, because flyctl does not show the domain of a bucket. Setting it
# again changes nothing.
bucket_domain() {
  local name=$1 host=$2
  shift 3
  if [ -n "$DRY_RUN" ]; then
    note "would set again: $(quoted "$@")"
    return 0
  fi
  note "$(quoted "$@")"
  "$@" </dev/null >/dev/null 2>"$STATE/error" || fail 23 "$(quoted "$@") failed: $(reason)"
  stands "domain $host, once its CNAME record points to $name.t3.tigrisbucket.io"
}
