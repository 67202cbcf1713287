# remove_mpg NAME -- COMMAND...: the word CLUSTER_ID stands for the id.
remove_mpg() {
  local name=$1 id users user word count
  shift 2
  mpg_list
  count=$(ask mpg '[.[] | select(.name == $n)] | length' --arg n "$name")
  if [ "$count" -eq 0 ]; then
    gone "cluster $name"
    return 0
  fi
  if [ -z "$CLUSTERS" ]; then
    keep "Postgres cluster $name (--clusters destroys it)"
    return 0
  fi
  if [ "$count" -gt 1 ]; then
    refuse "there are $count clusters called $name: destroy the one that is meant by hand"
    return 0
  fi
  users=$(ask mpg '.[] | select(.name == $n) | .attached_apps[]? | .name' --arg n "$name")
  for user in $users; do
    if ! known "$user" && ours "$user"; then
      refuse "cluster $name is attached to $user, which is no app of this spec"
      return 0
    fi
  done
  id=$(ask mpg '.[] | select(.name == $n) | .id' --arg n "$name")
  local -a words
  words=()
  for word in "$@"; do
    if [ "$word" = CLUSTER_ID ]; then word=$id; fi
    words+=("$word")
  done
  if change "${words[@]}"; then return 0; fi
  local why
  why=$(reason)
  forget mpg
  mpg_list
  # The reply may have been lost: what counts is whether the cluster is there.
  if has mpg 'any(.[]; .id == $i)' --arg i "$id"; then fail 23 "cluster $name was not destroyed: $why"; fi
  gone "cluster $name"
}
