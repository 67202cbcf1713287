# seed_volume APP NAME REGION GB DAYS SNAPSHOTS -- COMMAND...: the command makes one volume that is not empty. Only where there
# is none of that name in any region: what stands is never replaced.
seed_volume() {
  local app=$1 name=$2 region=$3 gb=$4 days=$5 snapshots=$6
  shift 7
  app_listing volumes "$app" "$FLY" volumes list -a "$app" --json
  if has "volumes.$app" 'any(.[]; .name == $n)' --arg n "$name"; then
    stands "a volume $name of $app"
    return 0
  fi
  must "$@"
  if [ -z "$DRY_RUN" ]; then
    forget "volumes.$app"
    return 0
  fi
  # What follows counts it.
  jq -c --arg n "$name" --arg r "$region" --argjson g "$gb" --argjson d "$days" --argjson s "$snapshots" \
    '. + [{id: "", name: $n, region: $r, size_gb: $g, snapshot_retention: $d, auto_backup_enabled: $s}]' \
    <"$STATE/volumes.$app" >"$STATE/volumes.$app.json" || fail 23 "jq failed"
  mv "$STATE/volumes.$app.json" "$STATE/volumes.$app" || fail 23 "cannot write to $STATE"
}
