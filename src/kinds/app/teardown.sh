# remove_app NAME VOLUMES... TOKENS... -- COMMAND...: VOLUMES are the names of volumes that the spec gives it. Destroying
# an app destroys its volumes. TOKENS are what was made for it, each as token:TARGET:NAME, and outlive it.
remove_app() {
  local app=$1 names=' ' volumes others
  local -a tokens
  tokens=()
  shift
  KNOWN="$KNOWN $app "
  while [ "$1" != -- ]; do
    case $1 in
    token:*) tokens+=("${1#token:}") ;;
    *) names="$names$1 " ;;
    esac
    shift
  done
  shift
  if ! ours "$app"; then
    gone "app $app"
    if [ ${#tokens[@]} -gt 0 ]; then revoke_tokens ${tokens[@]+"${tokens[@]}"}; fi
    return 0
  fi
  listing "volumes.$app" "$FLY" volumes list -a "$app" --json
  volumes=$(ask "volumes.$app" '.[] | "volume \(.id) of \($a): \(.name) in \(.region), \(.size_gb) GB"' --arg a "$app")
  others=$(ask "volumes.$app" '[.[].name | select(. as $name | $n | contains(" " + $name + " ") | not)] | unique | join(", ")' \
    --arg n "$names")
  if [ -z "$volumes" ] || { [ -n "$VOLUMES" ] && [ -z "$others" ]; }; then
    if change "$@"; then
      if [ ${#tokens[@]} -gt 0 ]; then revoke_tokens ${tokens[@]+"${tokens[@]}"}; fi
      return 0
    fi
    local why
    why=$(reason)
    forget apps
    # The reply may have been lost: what counts is whether the app is there.
    if ours "$app"; then fail 23 "app $app was not destroyed: $why"; fi
    gone "app $app"
    return 0
  fi
  halt "$app" "$volumes"
  if [ -n "$VOLUMES" ]; then refuse "app $app, for volumes that the spec does not name: $others"; fi
}

# halt APP VOLUMES: takes away what costs money and holds no data: the machines, and addresses that are paid.
halt() {
  local app=$1 volume list
  listing "machines.$app" "$FLY" machine list -a "$app" --json
  list=$(ask "machines.$app" '.[].id')
  if [ -n "$list" ]; then
    # shellcheck disable=SC2086
    must "$FLY" machine destroy $list --force -a "$app"
  fi
  listing "ips.$app" "$FLY" ips list -a "$app" --json
  list=$(ask "ips.$app" '.[] | select(.Type == "v4") | .Address')
  if [ -n "$list" ]; then
    # shellcheck disable=SC2086
    must "$FLY" ips release $list -a "$app"
  fi
  list=$(ask "ips.$app" '.[] | select(.Type == "egress_v4") | .Address')
  if [ -n "$list" ]; then
    # shellcheck disable=SC2086
    must "$FLY" ips release-egress $list -a "$app"
  fi
  while IFS= read -r volume; do keep "$volume (--volumes destroys it, with its app)"; done <<<"$2"
}
