# mpg_list: the clusters of the organisation. Without any, flyctl prints a sentence in place of JSON.
mpg_list() {
  if [ -f "$STATE/mpg" ]; then return 0; fi
  output mpg "$FLY" mpg list --org "$ORG" --json
  if grep -q '^No managed postgres clusters found' "$STATE/mpg.text"; then
    printf '[]\n' >"$STATE/mpg"
  else
    parse array mpg "$FLY" mpg list --org "$ORG" --json
  fi
}
