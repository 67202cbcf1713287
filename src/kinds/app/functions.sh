# app NAME NETWORK -- COMMAND...
app() {
  local name=$1 network=$2
  shift 3
  if ours "$name"; then
    stands "app $name"
    local actual
    actual=$(ask apps '.[] | select(.Name == $n) | .Network // ""' --arg n "$name")
    if [ -n "$network" ] && [ "$actual" != "$network" ]; then
      differs "app $name is on network '$actual', not '$network'; a network cannot be changed"
    fi
    return 0
  fi
  if change "$@"; then
    created "$name"
    return 0
  fi
  local why
  why=$(reason)
  forget apps
  # The reply may have been lost: what counts is whether the app is there now.
  if ours "$name"; then return 0; fi
  case $why in
  *taken* | *exists*) fail 22 "the name $name belongs to somebody else: set another \`name\` in the spec" ;;
  *) fail 23 "app $name was not created: $why" ;;
  esac
}

# address APP KIND REGION -- COMMAND...
address() {
  local app=$1 kind=$2 region=$3
  shift 4
  app_listing ips "$app" "$FLY" ips list -a "$app" --json
  if has "ips.$app" 'any(.[]; .Type == $t and ($r == "" or .Region == $r))' --arg t "$kind" --arg r "$region"; then
    stands "$kind address"
    return 0
  fi
  must "$@"
  stale "ips.$app"
}

# volumes APP NAME REGION COUNT GB DAYS SNAPSHOTS -- COMMAND...: the command makes one volume.
volumes() {
  local app=$1 name=$2 region=$3 count=$4 gb=$5 days=$6 snapshots=$7 have id ids
  shift 8
  app_listing volumes "$app" "$FLY" volumes list -a "$app" --json
  have=$(ask "volumes.$app" '[.[] | select(.name == $n and .region == $r)] | length' --arg n "$name" --arg r "$region")
  if [ "$have" -gt "$count" ]; then
    differs "$app has $have volumes $name in $region, not $count"
  elif [ "$have" -eq "$count" ]; then
    stands "$count volumes $name in $region"
  fi
  # What stands must have the settings too, also what a scale made.
  ids=$(ask "volumes.$app" '.[] | select(.name == $n and .region == $r)
      | select(.snapshot_retention != ($d | tonumber) or .auto_backup_enabled != ($s == "true")) | .id' \
    --arg n "$name" --arg r "$region" --arg d "$days" --arg s "$snapshots")
  for id in $ids; do
    must "$FLY" volumes update "$id" --snapshot-retention "$days" "--scheduled-snapshots=$snapshots" -a "$app"
    stale "volumes.$app"
  done
  ids=$(ask "volumes.$app" '.[] | select(.name == $n and .region == $r and .size_gb < ($g | tonumber)) | .id' \
    --arg n "$name" --arg r "$region" --arg g "$gb")
  for id in $ids; do
    must "$FLY" volumes extend "$id" --size "$gb" -a "$app" --yes
    stale "volumes.$app"
  done
  ids=$(ask "volumes.$app" '.[] | select(.name == $n and .region == $r and .size_gb > ($g | tonumber))
      | "\(.id) of \(.size_gb) GB"' --arg n "$name" --arg r "$region" --arg g "$gb")
  while IFS= read -r id; do
    if [ -n "$id" ]; then differs "$app has a volume $name in $region, $id, not $gb: a volume cannot shrink"; fi
  done <<<"$ids"
  while [ "$have" -lt "$count" ]; do
    must "$@"
    have=$((have + 1))
    stale "volumes.$app"
  done
}

# why_deploy APP CONFIG BUILDER: sets the caller's $why to why the app must be deployed; to nothing when it runs what
# the spec says. It is no output, because bash does not stop at errors within $( ).
why_deploy() {
  local app=$1 config=$2 builder=$3 running wanted
  why='asked for'
  if [ -n "$REDEPLOY" ]; then return 0; fi
  why='it has no complete release'
  if ! deployed "$app"; then return 0; fi
  why='secrets are staged'
  case $STAGED in *" $app "*) return 0 ;; esac
  app_listing secrets "$app" "$FLY" secrets list -a "$app" --json
  if has "secrets.$app" 'any(.[]; .status == "Staged" or .status == "Partial")'; then return 0; fi
  why='its configuration has changed'
  if ! configured "$app" "$config"; then return 0; fi
  why='it has no machines'
  app_listing scale "$app" "$FLY" scale show -a "$app" --json
  if has "scale.$app" 'all(.[]; .Count == 0)'; then return 0; fi
  why=''
  if [ -n "$builder" ]; then
    app_listing releases "$builder" "$FLY" releases -a "$builder" --json
    running=$(ask "releases.$app" '.[0].ImageRef // ""')
    wanted=$(ask "releases.$builder" '.[0].ImageRef // ""')
    if [ "$running" != "$wanted" ]; then why="the image of $builder is newer"; fi
  fi
}

# gone APP CONFIG: the groups that have machines and are not in the configuration, each on a line with what it has. A
# deploy would destroy them.
gone() {
  local app=$1 config=$2 groups
  app_listing scale "$app" "$FLY" scale show -a "$app" --json
  config_of "$app" wanted "$FLY" config show --local -c "$config" -a "$app"
  groups=$(ask "wanted.$app" '.processes // {} | if length == 0 then "app" else keys | join(" ") end') || exit $?
  ask "scale.$app" '.[] | select(.Process != "" and .Count > 0)
    | select(.Process as $p | $g | split(" ") | index($p) | not)
    | "\(.Process) \(.Regions | to_entries | map("\(.value) in \(.key)") | join(", "))"' --arg g "$groups"
}

# unmounted APP CONFIG: the mounts of groups that run and stay, each as GROUP:VOLUMES, that the configuration no longer
# has. flyctl takes volumes from machines only at a terminal.
unmounted() {
  local app=$1 config=$2 wanted
  local mounts='(.processes // {} | keys) as $names
    | (if ($names | length) == 0 or ($names | index("app")) then "app" else $names[0] end) as $default
    | [.mounts // [] | if type == "array" then .[] else . end | .source as $s | .processes // [$default] | .[] | "\(.):\($s)"]'
  if has "scale.$app" 'all(.[]; .Count == 0)'; then return 0; fi
  config_of "$app" running "$FLY" config show -a "$app"
  wanted=$(ask "wanted.$app" "{mounts: ($mounts), groups: (.processes // {\"app\": \"\"} | keys)}" -c) || exit $?
  ask "running.$app" "$mounts"' - $w.mounts | .[] | select(split(":")[0] as $g | $w.groups | index($g))' --argjson w "$wanted"
}

# deploy APP CONFIG BUILDER -- COMMAND...: the word IMAGE stands for the image that the builder runs.
deploy() {
  local app=$1 config=$2 builder=$3 why surplus image='' word
  shift 4
  if blocked "$app"; then
    note "waits for you (see the end)"
    return 0
  fi
  why_deploy "$app" "$config" "$builder"
  if [ -z "$why" ]; then
    stands "$app runs this configuration"
    return 0
  fi
  note "$why"
  surplus=$(gone "$app" "$config")
  if [ -n "$surplus" ] && [ -z "$ALLOW_SCALE_DOWN" ]; then
    BLOCKED="$BLOCKED $app "
    while IFS= read -r word; do
      refuse "$app has machines of group ${word%% *}, which the spec no longer has: ${word#* }; a deploy with --allow-scale-down destroys them, and keeps their volumes"
    done <<<"$surplus"
    return 0
  fi
  word=$(unmounted "$app" "$config")
  if [ -n "$word" ]; then
    BLOCKED="$BLOCKED $app "
    refuse "$app no longer mounts what its machines have ($(printf '%s' "$word" | tr '\n' ' ')): flyctl does not take volumes from machines; give the group another name, and take the old one away with --allow-scale-down"
    return 0
  fi
  if [ -n "$builder" ]; then
    app_listing releases "$builder" "$FLY" releases -a "$builder" --json
    image=$(ask "releases.$builder" '.[0].ImageRef // ""')
    if [ -z "$image" ] && [ -z "$DRY_RUN" ]; then
      block "$app" "$app runs the image of $builder, which is not deployed yet"
      return 0
    fi
  fi
  # flyctl looks for free volumes before it destroys machines: what a new group shall mount must be free by then.
  app_listing volumes "$app" "$FLY" volumes list -a "$app" --json
  if [ -n "$surplus" ] && has "volumes.$app" 'length > 0'; then
    while IFS= read -r word; do
      must "$FLY" scale count "${word%% *}=0" -a "$app" --yes
    done <<<"$surplus"
  fi
  local -a words
  words=()
  for word in "$@"; do
    if [ "$word" = IMAGE ] && [ -n "$image" ]; then word=$image; fi
    words+=("$word")
  done
  if [ -n "$DRY_RUN" ]; then
    change "${words[@]}"
  else
    note "$(quoted "${words[@]}")"
    # A deploy takes minutes: its progress is shown, and prints no credentials.
    "${words[@]}" </dev/null || fail 23 "the deploy of $app failed"
    made
  fi
  forget "releases.$app"
  forget "secrets.$app"
  forget "running.$app"
  forget "scale.$app"
  forget "volumes.$app"
}

# machines APP GROUP REGION COUNT -- COMMAND...
machines() {
  local app=$1 group=$2 region=$3 count=$4 have
  shift 5
  if blocked "$app"; then
    note "waits for you (see the end)"
    return 0
  fi
  app_listing scale "$app" "$FLY" scale show -a "$app" --json
  have=$(ask "scale.$app" '[.[] | select(.Process == $g) | .Regions[$r] // 0] | add // 0' --arg g "$group" --arg r "$region")
  if [ "$have" -eq "$count" ]; then
    stands "$count machines of $group in $region"
  elif [ "$have" -gt "$count" ] && [ -z "$ALLOW_SCALE_DOWN" ]; then
    refuse "$app has $have machines of $group in $region, not $count: --allow-scale-down destroys the surplus"
  else
    must "$@"
    stale "scale.$app"
    stale "volumes.$app"
  fi
}

# certificate APP HOST -- COMMAND...
certificate() {
  local app=$1 host=$2 records
  shift 3
  app_listing certs "$app" "$FLY" certs list -a "$app" --json
  if has "certs.$app" 'any(.[]; .hostname == $h)' --arg h "$host"; then
    stands "certificate for $host"
    # Checking starts a validation, which is harmless to repeat.
    if [ -n "$DRY_RUN" ]; then return 0; fi
  else
    must "$@"
    stale "certs.$app"
    if [ -n "$DRY_RUN" ]; then return 0; fi
  fi
  document "cert.$app.$host" "$FLY" certs check "$host" -a "$app" --json
  if has "cert.$app.$host" 'if .hostname == $h then .configured else error("another host") end' --arg h "$host"; then
    return 0
  fi
  records=$(ask "cert.$app.$host" '.dns_requirements // {} | [
      (.a // [] | .[] | "\n      A      \($h)  \(.)"),
      (.aaaa // [] | .[] | "\n      AAAA   \($h)  \(.)"),
      (if (.acme_challenge.name // "") != "" then "\n      CNAME  \(.acme_challenge.name)  \(.acme_challenge.target)" else empty end),
      (if (.ownership.name // "") != "" then "\n      TXT    \(.ownership.name)  \(.ownership.app_value)" else empty end)
    ] | join("")' --arg h "$host")
  later "publish the DNS records of $host:$records"
}

# verify APP EXPECTATION...: compares what is there with what should be, both ways.
verify() {
  local app=$1 want kind rest have region
  shift
  if [ -n "$DRY_RUN" ] || blocked "$app"; then return 0; fi
  renew "scale.$app" "ips.$app" "volumes.$app" "secrets.$app" "certs.$app" "machines.$app"
  app_listing scale "$app" "$FLY" scale show -a "$app" --json
  app_listing ips "$app" "$FLY" ips list -a "$app" --json
  app_listing volumes "$app" "$FLY" volumes list -a "$app" --json
  app_listing secrets "$app" "$FLY" secrets list -a "$app" --json
  app_listing certs "$app" "$FLY" certs list -a "$app" --json
  local -a machines volumes secrets addresses certificates jobs
  machines=() volumes=() secrets=() addresses=() certificates=() jobs=()
  for want in "$@"; do
    kind=${want%%:*}
    rest=${want#*:}
    case $kind in
    machines)
      machines+=("${rest%:*}")
      region=${rest#*:}
      have=$(ask "scale.$app" '[.[] | select(.Process == $g) | .Regions[$r] // 0] | add // 0' \
        --arg g "${rest%%:*}" --arg r "${region%%:*}")
      if [ "$have" -ne "${rest##*:}" ] && [ -z "$REFUSED" ]; then
        fail 23 "$app has $have machines where it should have $rest"
      fi
      ;;
    volume) volumes+=("$rest") ;;
    secret)
      secrets+=("$rest")
      has_secret "$app" "$rest" || fail 23 "$app has no secret $rest"
      ;;
    address)
      addresses+=("$rest")
      has "ips.$app" 'any(.[]; .Type == $t)' --arg t "$rest" || fail 23 "$app has no $rest address"
      ;;
    job) jobs+=("$rest") ;;
    certificate)
      certificates+=("$rest")
      has "certs.$app" 'any(.[]; .hostname == $h)' --arg h "$rest" || fail 23 "$app has no certificate for $rest"
      ;;
    esac
  done
  surplus_jobs "$app" ${jobs[@]+"${jobs[@]}"}
  surplus "$app" machines "scale.$app" '.[] | .Process as $g | .Regions | keys[] | "\($g):\(.)"' ${machines[@]+"${machines[@]}"}
  surplus "$app" volumes "volumes.$app" '.[] | .name' ${volumes[@]+"${volumes[@]}"}
  surplus "$app" addresses "ips.$app" '.[] | .Type | select(startswith("egress") | not)' ${addresses[@]+"${addresses[@]}"}
  surplus "$app" certificates "certs.$app" '.[] | .hostname' ${certificates[@]+"${certificates[@]}"}
  # A bucket and Consul bring secrets of their own.
  surplus "$app" secrets "secrets.$app" '.[] | .name | select(test("^(AWS_|BUCKET_NAME$|FLY_CONSUL_URL$)") | not)' \
    ${secrets[@]+"${secrets[@]}"}
  stands "$app is as the spec says"
}

# surplus_jobs APP JOB...: machines of jobs that the spec does not have, and second ones of those that it has: they would
# run for ever, as nothing else looks after them.
surplus_jobs() {
  local app=$1 rest id job
  shift
  app_listing machines "$app" "$FLY" machine list -a "$app" --json
  rest=$(ask "machines.$app" '[.[] | select(.config.metadata.flyarch_job) | {id, job: .config.metadata.flyarch_job}]
    | group_by(.job)[] | .[0].job as $job | if $w | split(" ") | index($job) then .[1:] else . end
    | .[] | "\(.id) \(.job)"' --arg w "$*")
  while IFS=' ' read -r id job; do
    if [ -z "$id" ]; then continue; fi
    if [ -n "$ALLOW_SCALE_DOWN" ]; then
      must "$FLY" machine destroy "$id" --force -a "$app"
      stale "machines.$app"
    else
      refuse "$app has a machine of the job $job too many, $id: --allow-scale-down destroys it"
    fi
  done <<<"$rest"
}

# surplus APP WHAT LISTING FILTER WANTED...: names what exists and is not in the spec.
surplus() {
  local app=$1 what=$2 list=$3 filter=$4 name names wanted known
  shift 4
  names=$(ask "$list" "[$filter] | unique | .[]")
  while IFS= read -r name; do
    known=''
    for wanted in "$@"; do
      if [ "$wanted" = "$name" ]; then known=yes; fi
    done
    if [ -z "$known" ] && [ -n "$name" ]; then differs "$app has $what that the spec does not name: $name"; fi
  done <<<"$names"
}
