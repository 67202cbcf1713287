#!/usr/bin/env bash
# Posts a page as the one comment of flyarch on a pull request: the first time as a new comment, then in its place.
#
#   post.sh FILE
#
#   GH_TOKEN        may write comments of pull requests. gh takes it from the environment; no command line has it.
#   REPOSITORY      of the pull request, as owner/name
#   NUMBER          of the pull request
#   COMMIT          that the page is about
#   NOTE            a line below the page [optional]
#   COMMENT_AUTHOR  who the token is: comments of others are not touched, whatever they say
#                   [default: github-actions[bot], who the token of a workflow is]
#
# Needs gh and jq, which runners of GitHub have.
set -euo pipefail

stop() {
  printf '::error::%s\n' "$1"
  exit 2
}

# In a comment it is not seen.
readonly MARKER='<!-- flyarch:review -->'
author=${COMMENT_AUTHOR:-github-actions[bot]}
file=${1:?a file with the page}

[[ ${REPOSITORY:-} =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]] || stop 'REPOSITORY is no owner/name'
[[ ${NUMBER:-} =~ ^[1-9][0-9]{0,9}$ ]] || stop 'NUMBER is no number of a pull request'
[[ ${COMMIT:-} =~ ^[0-9a-f]{40,64}$ ]] || stop 'COMMIT is no commit'
[[ -s $file && -f $file && ! -L $file ]] || stop 'there is no page to post'

work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

# GitHub takes 65,536 characters. What flyarch writes has fewer; whatever else this is, is cut.
jq -Rs --arg marker "$MARKER" --arg commit "$COMMIT" --arg note "${NOTE:-}" '
  {body: ($marker + "\n" + .[0:64000] + "\n<sub>" + (if $note == "" then "" else $note + "<br>" end)
    + "For " + $commit + ".</sub>\n")}' <"$file" >"$work/body.json"

if ! gh api --paginate "repos/$REPOSITORY/issues/$NUMBER/comments?per_page=100" >"$work/comments.json"; then
  stop 'the comments cannot be read: does the job have the permission pull-requests: write?'
fi
# One list for each page of the answer, or one for all. Only our own comment has both the author and the marker.
id=$(jq -rs --arg marker "$MARKER" --arg author "$author" '
  [.[] | if type == "array" then .[] else . end | select(.user.login == $author and (.body | startswith($marker)))]
  | first | .id // empty' <"$work/comments.json")

if [ -n "$id" ]; then
  [[ $id =~ ^[0-9]+$ ]] || stop 'the comment that is there has no number'
  gh api --silent --method PATCH "repos/$REPOSITORY/issues/comments/$id" --input "$work/body.json" \
    || stop 'the comment cannot be updated: does the job have the permission pull-requests: write?'
  printf 'updated the comment %s\n' "$id"
else
  gh api --silent --method POST "repos/$REPOSITORY/issues/$NUMBER/comments" --input "$work/body.json" \
    || stop 'the comment cannot be posted: does the job have the permission pull-requests: write?'
  printf 'posted a comment\n'
fi
