# bucket NAME APP
bucket() {
  local found=missing
  if in_table storage "$1"; then found=$1; fi
  compare bucket "$1" "$found"
  secret "$2" AWS_SECRET_ACCESS_KEY
}
