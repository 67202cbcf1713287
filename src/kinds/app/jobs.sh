# Jobs have machines of their own, which neither deploys nor scales look after. Their metadata say whose they are.

# job APP JOB REGION EVERY WORDS SETTINGS -- COMMAND...: WORDS are those of its command, as JSON; SETTINGS is a digest.
# COMMAND makes the machine, with its settings from --schedule on; IMAGE and RELEASE stand for what the app runs.
job() {
  local app=$1 job=$2 region=$3 every=$4 run=$5 settings=$6 release image id where state word
  local -a make flags words
  shift 7
  if blocked "$app"; then
    note "waits for you (see the end)"
    return 0
  fi
  release=$(release_of "$app") || exit $?
  app_listing releases "$app" "$FLY" releases -a "$app" --json
  image=$(ask "releases.$app" 'first(.[] | select(.Status == "complete")) | .ImageRef // empty')
  if [ -z "$image" ] && [ -z "$DRY_RUN" ]; then
    fail 23 "the job $job runs the image of $app, which no deploy has completed yet"
  fi
  make=() flags=()
  while [ "$1" != -- ]; do
    word=$1
    case $word in
    IMAGE) word=${image:-IMAGE} ;;
    flyarch_release=*) word=flyarch_release=${release:-RELEASE} ;;
    esac
    make+=("$word")
    if [ ${#flags[@]} -gt 0 ] || [ "$word" = --schedule ]; then flags+=("$word"); fi
    shift
  done
  make+=("$@")
  look_for_job "$app" "$job"
  if [ -z "$id" ]; then
    make_job "$app" "$job" ${make[@]+"${make[@]}"}
  elif [ "$where" = "$region" ] && has "machines.$app" ".[] | select(.id == \$i) | $AS_WANTED" \
    --arg i "$id" --arg e "$every" --arg c "$run" --arg s "$settings" --arg r "$release"; then
    stands "job $job of $app"
  elif [ "$state" = started ]; then
    later "the job $job of $app is at work, and has to change: run this script again when it has ended"
  elif [ "$where" != "$region" ]; then
    note "its machine is in $where, and cannot move"
    must "$FLY" machine destroy "$id" --force -a "$app"
    make_job "$app" "$job" ${make[@]+"${make[@]}"}
  else
    # flyctl adds variables to those that are there. It is not started: its command would run at a time that nobody chose.
    words=("$FLY" machine update "$id" -a "$app" --image "$image" --skip-start --yes \
      --machine-config "{\"env\":null,\"init\":{\"cmd\":$run}}")
    must "${words[@]}" "${flags[@]}"
    stale "machines.$app"
  fi
}

# look_for_job APP JOB: sets the caller's $id, $where and $state to those of the first machine of the job.
look_for_job() {
  local found
  app_listing machines "$1" "$FLY" machine list -a "$1" --json
  # Others of it are surplus, which the step verify takes away.
  found=$(ask "machines.$1" 'first(.[] | select(.config.metadata.flyarch_job == $j)) | "\(.id) \(.region) \(.state)"' \
    --arg j "$2") || exit $?
  IFS=' ' read -r id where state <<<"$found"
}

# make_job APP JOB COMMAND...
make_job() {
  local app=$1 job=$2 why id where state
  shift 2
  if change "$@"; then
    stale "machines.$app"
    return 0
  fi
  why=$(reason)
  forget "machines.$app"
  # flyctl waits until it sees the machine at work, which a short job may be over by then: what counts is whether the
  # machine is there.
  look_for_job "$app" "$job"
  if [ -n "$id" ]; then return 0; fi
  fail 23 "the machine of job $job of $app was not made: $why"
}
