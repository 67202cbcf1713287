# job APP JOB REGION EVERY WORDS SETTINGS
job() {
  local app=$1 job=$2 found release
  local these='map(select(.config.metadata.flyarch_job == $j))'
  app_listing machines "$app" "$FLY" machine list -a "$app" --json
  found=$(ask "machines.$app" "$these | length" --arg j "$job")
  compare 'machines of job' 1 "$found"
  if [ "$found" -eq 0 ]; then return 0; fi
  found=$(ask "machines.$app" "$these | map(.region) | unique | join(\", \")" --arg j "$job")
  compare 'region of job' "$3" "$found"
  found=$(ask "machines.$app" "$these | map(.config.schedule // \"never\") | unique | join(\", \")" --arg j "$job")
  compare schedule "$4" "$found"
  release=$(release_of "$app") || exit $?
  found=another
  if has "machines.$app" "$these | map($AS_WANTED) | all" --arg j "$job" --arg e "$4" --arg c "$5" --arg s "$6" \
    --arg r "$release"; then found='as in the spec'; fi
  compare 'settings of job' 'as in the spec' "$found"
}
