# mpg_database CLUSTER NAME
mpg_database() {
  local found=missing
  databases_of "$1"
  if has "databases.$1" 'any(.[]; .name == $n)' --arg n "$2"; then found=$2; fi
  compare database "$2" "$found"
}

# mpg_user CLUSTER NAME ROLE
mpg_user() {
  local found
  users_of "$1"
  found=$(ask "users.$1" '[.[] | select(.name == $n) | .role][0] // "missing"' --arg n "$2")
  compare role "$3" "$found"
}

# mpg_extension CLUSTER DATABASE NAME
mpg_extension() {
  local found=missing
  extensions_of "$1" "$2"
  if has "extensions.$1.$2" 'any(.[]; .name == $n and .installed != null)' --arg n "$3"; then found=installed; fi
  compare extension installed "$found"
}
