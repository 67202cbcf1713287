#!/usr/bin/env bash
# Posts the page that another run has left as an artifact: that run had a token which may not write, because the pull
# request is from a fork.
#
# The run belongs to whoever opened the pull request, and so does all that it left. Of the artifact two members are read,
# into a pipe and no further than a bound; nothing is unpacked, and nothing of it is run. The number in it counts only if
# GitHub says that this pull request is open and its newest commit is the one that the run was for. The page is a body,
# in which nobody is mentioned and nothing is drawn from elsewhere.
#
#   GH_TOKEN         `actions: read` and `pull-requests: write`; gh takes it from the environment
#   REPOSITORY       of this workflow, as owner/name
#   RUN_ID           the run that has ended
#   HEAD_SHA         its commit, and
#   HEAD_REPOSITORY  its repository, both as GitHub says
#
# Needs gh, jq and unzip, which runners of GitHub have.
set -euo pipefail

stop() {
  printf '::error::%s\n' "$1"
  exit 2
}
nothing() {
  printf '::notice::%s: nothing is posted\n' "$1"
  exit 0
}

readonly NAME='^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$' ARTIFACT=flyarch-review
# A page has less than 64 KB, and is packed.
readonly MOST_PACKED=1000000 MOST=262144

[[ ${REPOSITORY:-} =~ $NAME ]] || stop 'REPOSITORY is no owner/name'
[[ ${RUN_ID:-} =~ ^[0-9]+$ ]] || stop 'there is no run: this belongs into a workflow on workflow_run'
[[ ${HEAD_SHA:-} =~ ^[0-9a-f]{40,64}$ ]] || stop 'HEAD_SHA is no commit'
[[ ${HEAD_REPOSITORY:-} =~ $NAME ]] || nothing 'the repository of the run is gone'

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

gh api "repos/$REPOSITORY/actions/runs/$RUN_ID/artifacts?name=$ARTIFACT&per_page=100" >"$work/artifacts.json" \
  || stop 'the artifacts cannot be listed: does the job have the permission actions: read?'
artifact=$(jq -r --arg name "$ARTIFACT" '
  [.artifacts[] | select(.name == $name and .expired == false)] | first // empty | "\(.id) \(.size_in_bytes)"
  ' <"$work/artifacts.json")
[ -n "$artifact" ] || nothing 'the run has left no page'
[[ $artifact =~ ^[0-9]+\ [0-9]+$ ]] || stop 'the artifact has no number'
id=${artifact% *}
size=${artifact#* }
[ "$size" -le "$MOST_PACKED" ] || stop 'the artifact is too large for a page'
gh api "repos/$REPOSITORY/actions/artifacts/$id/zip" >"$work/review.zip" || stop 'the artifact cannot be read'

# A member of the artifact, as far as the bound. unzip is ended by it, which is no failure.
member() {
  { unzip -p "$work/review.zip" "$1" 2>/dev/null || :; } | head -c "$2"
}
member number 16 >"$work/number"
number=$(head -n 1 "$work/number" | tr -d '\0')
[[ $number =~ ^[1-9][0-9]{0,9}$ ]] || stop 'the artifact has no number of a pull request'
member comment.md "$MOST" >"$work/page.md"
[ -s "$work/page.md" ] || stop 'the artifact has no page'

gh api "repos/$REPOSITORY/pulls/$number" >"$work/pull.json" || nothing "there is no pull request $number"
is_it=$(jq -r --arg sha "$HEAD_SHA" --arg from "$HEAD_REPOSITORY" --arg to "$REPOSITORY" --argjson number "$number" '
  .number == $number and .state == "open" and .head.sha == $sha and .head.repo.full_name == $from
  and .base.repo.full_name == $to' <"$work/pull.json")
[ "$is_it" = true ] || nothing "the pull request $number is not open at the commit of this run"

# What flyarch writes has no mention, no picture and few tags; what else came along has none behind this either.
jq -Rjs '
  gsub("@"; "@\u200b") | gsub("!\\["; "!\u200b[")
  | gsub("<(?!/?(details|summary|b|br)/?>)"; "<\u200b")' <"$work/page.md" >"$work/safe.md"

NUMBER=$number COMMIT=$HEAD_SHA \
  NOTE="Written by a run of $HEAD_REPOSITORY, whose workflow its owner may have changed." \
  "$(dirname "${BASH_SOURCE[0]}")/post.sh" "$work/safe.md"
