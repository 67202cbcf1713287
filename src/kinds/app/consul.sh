# consul APP -- COMMAND...: where Consul is becomes the secret FLY_CONSUL_URL, with which LiteFS finds its primary. flyctl
# ends well also when nothing was attached, and attaching again would restart the app.
consul() {
  local app=$1 why=''
  shift 2
  if has_secret "$app" FLY_CONSUL_URL; then
    stands FLY_CONSUL_URL
    return 0
  fi
  if ! change "$@"; then why=$(reason); fi
  if [ -n "$DRY_RUN" ]; then return 0; fi
  forget "secrets.$app"
  # What counts is whether the secret is there now: also a reply may have been lost.
  if ! has_secret "$app" FLY_CONSUL_URL; then
    fail 23 "$(quoted "$@") attached nothing to $app: ${why:-it gave no reason; run this script again}"
  fi
  if [ -n "$why" ]; then made; fi
}
