# mpg NAME REGION PLAN
mpg() {
  local found
  mpg_list
  found=$(ask mpg '[.[] | select(.name == $n)] | length' --arg n "$1")
  compare clusters 1 "$found"
  if [ "$found" -ne 1 ]; then return 0; fi
  found=$(ask mpg '.[] | select(.name == $n) | .status' --arg n "$1")
  compare status ready "$found"
  found=$(ask mpg '.[] | select(.name == $n) | .region' --arg n "$1")
  compare region "$2" "$found"
  found=$(ask mpg '.[] | select(.name == $n) | .plan' --arg n "$1")
  compare plan "$3" "$found"
}

# attach_mpg APP VARIABLE CLUSTER
attach_mpg() {
  secret "$1" "$2"
  mpg_list
  local found=missing
  if has mpg 'any(.[]; .name == $n and any(.attached_apps[]?; .name == $a))' --arg n "$3" --arg a "$1"; then found=$3; fi
  compare attached "$3" "$found"
}
