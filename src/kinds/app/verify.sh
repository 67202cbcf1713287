# app NAME NETWORK
app() {
  local name=$1 network=$2 actual
  if ! ours "$name"; then
    result wrong app "$name" missing
    return 0
  fi
  result ok app "$name" "$name"
  if [ -n "$network" ]; then
    actual=$(ask apps '.[] | select(.Name == $n) | .Network // ""' --arg n "$name")
    compare network "$network" "${actual:-default}"
  fi
}

# address APP KIND REGION
address() {
  app_listing ips "$1" "$FLY" ips list -a "$1" --json
  local found=missing
  if has "ips.$1" 'any(.[]; .Type == $t and ($r == "" or .Region == $r))' --arg t "$2" --arg r "$3"; then found=$2; fi
  compare address "$2" "$found"
}

# volumes APP NAME REGION COUNT GB DAYS SNAPSHOTS
volumes() {
  local app=$1 count=$4 gb=$5 days=$6 snapshots=$7 found policy
  local these='map(select(.name == $n and .region == $r))'
  app_listing volumes "$app" "$FLY" volumes list -a "$app" --json
  found=$(ask "volumes.$app" "$these | length" --arg n "$2" --arg r "$3")
  # More than are wanted hold data that somebody may want.
  if [ "$found" -gt "$count" ]; then result note volumes "$count" "$found"; else compare volumes "$count" "$found"; fi
  if [ "$found" -eq 0 ]; then return 0; fi
  found=$(ask "volumes.$app" "$these | map(.size_gb) | min" --arg n "$2" --arg r "$3")
  # They may have grown since.
  if [ "$found" -lt "$gb" ]; then result wrong size "$gb GB" "$found GB"; else result ok size "$gb GB" "$found GB"; fi
  policy="$days days"
  if [ "$snapshots" != true ]; then policy=none; fi
  found=$(ask "volumes.$app" "$these"' | map(if .auto_backup_enabled then "\(.snapshot_retention) days" else "none" end)
    | unique | join(", ")' --arg n "$2" --arg r "$3")
  compare snapshots "$policy" "$found"
}

# secret APP NAME: its value cannot be read, only that the machines have it.
secret() {
  local found
  found=$(state_of_secret "$1" "$2") || exit $?
  compare secret deployed "$found"
}

# secret_manual APP NAME: one that a person sets.
secret_manual() {
  local found
  found=$(state_of_secret "$1" "$2") || exit $?
  if [ "$found" = missing ]; then result waits secret deployed missing; else compare secret deployed "$found"; fi
}

# state_of_secret APP NAME: deployed, staged, partial or missing. Above 100 machines flyctl does not say more than that it
# is there.
state_of_secret() {
  app_listing secrets "$1" "$FLY" secrets list -a "$1" --json
  ask "secrets.$1" '[.[] | select(.name == $n)] | if length == 0 then "missing" else .[0].status // "deployed" | ascii_downcase
    | if . == "unknown" then "deployed" else . end end' --arg n "$2"
}

# deploy APP CONFIG
deploy() {
  local found=missing
  app_listing releases "$1" "$FLY" releases -a "$1" --json
  if has "releases.$1" 'length > 0'; then found=$(ask "releases.$1" '.[0].Status'); fi
  compare release complete "$found"
  if [ "$found" = missing ]; then return 0; fi
  if configured "$1" "$2"; then found='as in the file'; else found='another'; fi
  compare configuration 'as in the file' "$found"
}

# machines APP GROUP REGION COUNT
machines() {
  app_listing scale "$1" "$FLY" scale show -a "$1" --json
  local found
  found=$(ask "scale.$1" '[.[] | select(.Process == $g) | .Regions[$r] // 0] | add // 0' --arg g "$2" --arg r "$3")
  compare machines "$4" "$found"
}

# certificate APP HOST
certificate() {
  local found=missing
  app_listing certs "$1" "$FLY" certs list -a "$1" --json
  if has "certs.$1" 'any(.[]; .hostname == $h)' --arg h "$2"; then
    found=$(ask "certs.$1" '[.[] | select(.hostname == $h)][0] | if .configured then "configured" else "awaits DNS records" end' \
      --arg h "$2")
  elif has "certs.$1" 'length >= 50'; then
    # flyctl lists no more.
    document "cert.$1.$2" "$FLY" certs check "$2" -a "$1" --json
    found=$(ask "cert.$1.$2" 'if .configured then "configured" else "awaits DNS records" end')
  fi
  case $found in
  'awaits DNS records') result waits certificate configured "$found" ;;
  *) compare certificate configured "$found" ;;
  esac
}

# verify APP EXPECTATION...: the machines and their health checks, and what is there and should not be.
verify() {
  local app=$1 found
  shift
  if ! ours "$app"; then return 0; fi
  app_listing machines "$app" "$FLY" machine list -a "$app" --json
  found=$(ask "machines.$app" '[.[] | select(.state | test("^(failed|launch_failed|destroyed|replaced|migrated)$"))
      | "\(.id) \(.state)"] | if length == 0 then "none" else join(", ") end')
  compare 'lost machines' none "$found"
  # What is stopped may stay stopped until somebody asks for it.
  found=$(ask "machines.$app" '[.[] | select(.state == "started") | .id as $id | .checks[]? | select(.status != "passing")
      | "\($id) \(.name) \(.status)"] | if length == 0 then "none" else join(", ") end')
  compare 'failing checks' none "$found"
  app_listing ips "$app" "$FLY" ips list -a "$app" --json
  case " $* " in
  *' address:v4 '* | *' address:shared_v4 '* | *' address:v6 '*) ;;
  *)
    found=$(ask "ips.$app" '[.[] | select(.Type | test("^(v4|shared_v4|v6)$")) | .Address]
      | if length == 0 then "none" else join(", ") end')
    compare 'public address' none "$found"
    ;;
  esac
  app_listing scale "$app" "$FLY" scale show -a "$app" --json
  app_listing volumes "$app" "$FLY" volumes list -a "$app" --json
  app_listing secrets "$app" "$FLY" secrets list -a "$app" --json
  surplus machines "scale.$app" '.[] | .Process as $g | .Regions | keys[] | "machines:\($g):\(.)"' "$@"
  surplus jobs "machines.$app" '.[] | .config.metadata.flyarch_job // empty | "job:\(.)"' "$@"
  surplus volumes "volumes.$app" '.[] | "volume:\(.name)"' "$@"
  # A bucket and Consul bring secrets of their own.
  surplus secrets "secrets.$app" '.[] | .name | select(test("^(AWS_|BUCKET_NAME$|FLY_CONSUL_URL$)") | not) | "secret:\(.)"' "$@"
}

# surplus WHAT LISTING FILTER EXPECTATION...: what exists and is not in the spec.
surplus() {
  local what=$1 list=$2 filter=$3 found
  shift 3
  # An expectation of machines has their number behind it.
  found=$(ask "$list" "[$filter]"' | unique | map(select(. as $x | [$e | split(" ")[] | . == $x or startswith($x + ":")] | any | not))
    | map(split(":")[1:] | join(" in ")) | join(", ")' --arg e "$*")
  if [ -n "$found" ]; then result note "other $what" none "$found"; fi
}
