# What a managed cluster holds. The word CLUSTER_ID stands for its id.

# mpg_database CLUSTER NAME -- COMMAND...
mpg_database() {
  local cluster=$1 name=$2
  shift 3
  databases_of "$cluster"
  if has "databases.$cluster" 'any(.[]; .name == $n)' --arg n "$name"; then
    stands "database $name of $cluster"
    return 0
  fi
  local -a words
  with_id "$cluster" "$@"
  must "${words[@]}"
  forget "databases.$cluster"
}

# mpg_user CLUSTER NAME ROLE -- COMMAND...
mpg_user() {
  local cluster=$1 name=$2 role=$3 found
  shift 4
  users_of "$cluster"
  found=$(ask "users.$cluster" '.[] | select(.name == $n) | .role' --arg n "$name")
  if [ "$found" = "$role" ]; then
    stands "user $name of $cluster"
    return 0
  fi
  local -a words
  if [ -n "$found" ]; then
    with_id "$cluster" "$FLY" mpg users set-role CLUSTER_ID --username "$name" --role "$role"
  else
    with_id "$cluster" "$@"
  fi
  must "${words[@]}"
  forget "users.$cluster"
}

# mpg_extension CLUSTER DATABASE NAME -- COMMAND...
mpg_extension() {
  local cluster=$1 database=$2 name=$3
  shift 4
  extensions_of "$cluster" "$database"
  if has "extensions.$cluster.$database" 'any(.[]; .name == $n and .installed != null)' --arg n "$name"; then
    stands "extension $name in $database of $cluster"
    return 0
  fi
  if [ -z "$DRY_RUN" ] && has "extensions.$cluster.$database" 'all(.[]; .name != $n)' --arg n "$name"; then
    fail 23 "cluster $cluster has no extension $name to offer: fly mpg databases extensions list names those that it has"
  fi
  local -a words
  with_id "$cluster" "$@"
  must "${words[@]}"
  forget "extensions.$cluster.$database"
}
