# How long a new cluster may take, and how often it is looked at, in seconds.
WAIT_SECONDS=1800 WAIT_STEP=10

# mpg NAME REGION PLAN -- COMMAND...: prints a password, and waits until the cluster is ready.
mpg() {
  local name=$1 region=$2 plan=$3 count
  shift 4
  mpg_list
  count=$(ask mpg '[.[] | select(.name == $n)] | length' --arg n "$name")
  if [ "$count" -gt 1 ]; then fail 23 "there are $count clusters called $name: which one is meant?"; fi
  if [ "$count" -eq 0 ]; then
    if ! change "$@"; then
      local why
      why=$(reason)
      forget mpg
      mpg_list
      # The reply may have been lost: what counts is whether the cluster is there now.
      has mpg 'any(.[]; .name == $n)' --arg n "$name" || fail 23 "cluster $name was not created: $why"
    fi
    forget mpg
    if [ -n "$DRY_RUN" ]; then return 0; fi
    mpg_list
  else
    stands "cluster $name"
  fi
  local actual
  actual=$(ask mpg '.[] | select(.name == $n) | "\(.region) \(.plan)"' --arg n "$name")
  # Without a terminal flyctl takes the plan basic for any name that it does not know.
  if [ "$actual" != "$region $plan" ]; then
    differs "cluster $name has region and plan '$actual', not '$region $plan'"
  fi
  local status waited=0
  while :; do
    status=$(ask mpg '.[] | select(.name == $n) | .status' --arg n "$name")
    if [ "$status" = ready ]; then return 0; fi
    if [ -z "$status" ]; then fail 23 "cluster $name is gone"; fi
    if [ "$waited" -ge "$WAIT_SECONDS" ]; then fail 23 "cluster $name is not ready after $waited seconds: $status"; fi
    note "cluster $name is $status; waiting"
    sleep "$WAIT_STEP"
    waited=$((waited + WAIT_STEP))
    forget mpg
    mpg_list
  done
}

# with_id CLUSTER WORD...: the words in the caller's $words, the first CLUSTER_ID of them as the id of the cluster; as it is
# in a dry run that would only now make the cluster. The first alone: something else may have that name too.
# shellcheck disable=SC2034
with_id() {
  local cluster=$1 id word
  shift
  mpg_list
  id=$(ask mpg '.[] | select(.name == $n) | .id' --arg n "$cluster")
  if [ -z "$id" ] && [ -z "$DRY_RUN" ]; then fail 23 "there is no cluster $cluster"; fi
  words=()
  for word in "$@"; do
    if [ "$word" = CLUSTER_ID ] && [ -n "$id" ]; then word=$id id=''; fi
    words+=("$word")
  done
}

# attach_mpg APP VARIABLE CLUSTER -- COMMAND...: the word CLUSTER_ID stands for the id. Prints the URL with a password.
attach_mpg() {
  local app=$1 variable=$2 cluster=$3
  shift 4
  if has_secret "$app" "$variable"; then
    stands "$variable"
    return 0
  fi
  local -a words
  with_id "$cluster" "$@"
  must "${words[@]}"
  staged "$app"
}
