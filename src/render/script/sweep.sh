# How previews are found, and taken down.

# find_previews: $STATE/previews has the names of those that are there, and $STATE/found.NAME for each a line for every app:
# the time of its last deploy in seconds, -1 where that is not known, and its name.
find_previews() {
  local app preview released
  listing apps "$FLY" apps list --org "$ORG" --json
  ask apps '.[] | . as $app | $stems[] | . as $stem | select($app.Name | startswith($stem + "-"))
    | (try ($app.CurrentRelease.CreatedAt | sub("[.][0-9]+"; "") | fromdateiso8601) catch -1) as $released
    | [$app.Name, ($app.Name | ltrimstr($stem + "-")), ([$released, -1] | max)] | @tsv' \
    --argjson stems "$STEMS" >"$STATE/candidates"
  : >"$STATE/previews"
  while IFS=$'\t' read -r app preview released <&3; do
    case $preview in '' | [!a-z]* | *[!a-z0-9-]*) continue ;; esac
    if ! marked "$app" "$preview"; then
      NAMELESS="$NAMELESS
  - $app"
      continue
    fi
    if ! [ -f "$STATE/found.$preview" ]; then printf '%s\n' "$preview" >>"$STATE/previews"; fi
    printf '%s\t%s\n' "$released" "$app" >>"$STATE/found.$preview"
  done 3<"$STATE/candidates"
}

# marked APP PREVIEW: whether a machine of the app says that it is of the preview.
marked() {
  listing "machines.$1" "$FLY" machine list -a "$1" --json
  has "machines.$1" 'any(.[]; .config.env.FLYARCH_PREVIEW == $p)' --arg p "$2"
}

# judge PREVIEW: takes it down if its time is over. What is not known never reads as old.
judge() {
  local preview=$1 first newest age hours
  first=$(sort -n "$STATE/found.$preview" | head -n 1 | cut -f 1)
  newest=$(sort -n "$STATE/found.$preview" | tail -n 1 | cut -f 1)
  if [ "$first" -lt 0 ]; then
    STAY=$((STAY + 1))
    say "$preview: stays, because it is not known when it was deployed"
    return 0
  fi
  age=$(($(date +%s) - newest))
  hours=$((age / 3600))
  case $KEEP in *" $preview "*)
    STAY=$((STAY + 1))
    say "$preview: stays (--keep); deployed $hours h ago"
    return 0
    ;;
  esac
  if [ "$age" -le "$TTL" ]; then
    STAY=$((STAY + 1))
    say "$preview: stays; deployed $hours h ago"
    return 0
  fi
  say "$preview: deployed $hours h ago"
  take_down "$preview"
  left "$preview"
}

# take_down PREVIEW: with the teardown.sh of the preview. All data that this names is the preview's own.
take_down() {
  local preview=$1 code=0
  local -a how
  how=(--yes-destroy "$ARCHITECTURE-$preview")
  if [ -n "$DRY_RUN" ]; then how=(--dry-run); fi
  if ! "$FLYARCH" build "$SPEC" --preview "$preview" -o "$STATE/trees" </dev/null >"$STATE/error" 2>&1; then
    FAILED="$FAILED
  - $preview: flyarch build $(basename "$SPEC") --preview $preview failed: $(reason)"
    return 0
  fi
  "$STATE/trees/preview/$preview/teardown.sh" "${how[@]}" --volumes --clusters --redis --buckets </dev/null || code=$?
  if [ "$code" -ne 0 ]; then
    FAILED="$FAILED
  - $preview: its teardown.sh ended with $code, as shown above"
    return 0
  fi
  TAKEN=$((TAKEN + 1))
}

# left PREVIEW: apps that an earlier spec made for it, and that of today does not know.
left() {
  local app
  ask apps '.[].Name | select(startswith($a + "-") and endswith("-" + $p)) | . as $name
    | select(any($stems[]; . + "-" + $p == $name) | not)' \
    --arg a "$ARCHITECTURE" --arg p "$1" --argjson stems "$STEMS" >"$STATE/left"
  while IFS= read -r app <&4; do
    if marked "$app" "$1"; then note "$app is of this preview too, and the spec does not name it any more: it stays"; fi
  done 4<"$STATE/left"
}

report() {
  say ''
  if [ -n "$DRY_RUN" ]; then
    say "dry run: to take down: $TAKEN, stay: $STAY"
  else
    say "done: taken down: $TAKEN, stay: $STAY"
  fi
  if [ -n "$NAMELESS" ]; then say "left alone, because no machine of theirs says that it is of a preview:$NAMELESS"; fi
  if [ -n "$FAILED" ]; then
    say "not taken down:$FAILED"
    exit 23
  fi
}
