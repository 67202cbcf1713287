# redis NAME
redis() {
  local found=missing
  if in_table redis "$1"; then found=$1; fi
  compare database "$1" "$found"
}

# attach_redis APP VARIABLE NAME
attach_redis() { secret "$1" "$2"; }
