# attach_mpg_direct APP VARIABLE CLUSTER DATABASE: the URL that leads past the pooler becomes a secret. flyctl has no command
# for it: it is the pooled one with another host. Without DATABASE it is that of the cluster's first.
attach_mpg_direct() {
  local app=$1 variable=$2 cluster=$3 database=$4
  if has_secret "$app" "$variable"; then
    stands "$variable"
    return 0
  fi
  if [ -n "$DRY_RUN" ]; then
    note "would set $variable to the direct URL of cluster $cluster through standard input"
    made
    staged "$app"
    return 0
  fi
  local -a words
  with_id "$cluster" "$FLY" mpg status CLUSTER_ID --json
  # The output holds the password: it goes into a variable, and nowhere else.
  if ! SECRET=$("${words[@]}" </dev/null 2>"$STATE/error"); then
    SECRET=''
    fail 21 "$(quoted "${words[@]}") failed: $(reason)"
  fi
  SECRET=$(printf '%s' "$SECRET" | jq -er --arg d "$database" '.credentials.pgbouncer_uri
    | capture("^(?<user>postgres(?:ql)?://[^@/]+@)pgbouncer\\.(?<host>[^/?]+)/(?<database>[^/?]+)(?<rest>.*)$")
    | "\(.user)direct.\(.host)/\(if $d == "" then .database else $d end)\(.rest)"' 2>/dev/null) || SECRET=''
  if [ -z "$SECRET" ]; then fail 21 "$(quoted "${words[@]}") shows no URL of the pooler, of which the direct one is made"; fi
  put_secret "$app" "$variable"
}
