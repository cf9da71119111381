#!/bin/sh
# Asks people in Slack, waits, and prints what they answer. A POSIX shell and curl, nothing else.
#
# Try it, with Countersign running (npm start):
#
#     export COUNTERSIGN_API_KEY=$(./countersign key create --name ask.sh --scopes ask | head -n 1)
#     sh examples/ask.sh "May I tag v1.2.0?"
#
# Then answer in Slack: http://127.0.0.1:3000/local, channel #general.
# Exit status: 0 approved; 1 rejected, or changes wanted; 2 something is wrong; 3 nobody answered in time.
set -eu

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 2; }

url=${COUNTERSIGN_URL:-http://127.0.0.1:3000}
url=${url%/}
[ $# -eq 1 ] && [ -n "$1" ] || fail "Usage: sh examples/ask.sh \"May I tag v1.2.0?\""
[ -n "${COUNTERSIGN_API_KEY:-}" ] ||
  fail "Set COUNTERSIGN_API_KEY. This makes one: ./countersign key create --name ask.sh --scopes ask"
command -v curl >/dev/null || fail "This needs curl."
case $COUNTERSIGN_API_KEY in *[!A-Za-z0-9_-]*) fail "COUNTERSIGN_API_KEY holds more than a key: it is one word, cs_…." ;; esac

# What the question holds is data: backslashes, quotes, line ends and control characters are written as JSON writes them.
json() {
  printf '%s' "$1" | LC_ALL=C awk '
    BEGIN { for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i) }
    { out = NR > 1 ? out "\\n" : ""
      n = length($0)
      for (i = 1; i <= n; i++) {
        c = substr($0, i, 1)
        out = out (c == "\\" || c == "\"" ? "\\" c : (c in code ? code[c] : c))
      }
      printf "%s", out; out = "" }'
}

# One field of a flat answer of ours: a text without escapes, such as a state or an id.
field() { printf '%s' "$2" | tr -d '\n' | sed -n "s/.*\"$1\" *: *\"\\([^\"\\\\]*\\)\".*/\\1/p"; }

# A text as people wrote it, without JSON's escapes; control characters, which a terminal might obey, are left out.
words() {
  printf '%s' "$2" | LC_ALL=C awk -v start="\"$1\":\"" '
    { at = index($0, start)
      text = at == 0 ? "\"" : substr($0, at + length(start))
      while ((c = substr(text, 1, 1)) != "\"" && c != "") {
        e = substr(text, 2, 1)
        if (c != "\\") printf "%s", c
        else if (e == "n") printf "\n"
        else if (e == "t") printf "\t"
        else if (e == "\"" || e == "\\" || e == "/") printf "%s", e
        text = substr(text, c != "\\" ? 2 : e == "u" ? 7 : 3)
      }
    }'
}

# The key goes to curl by its standard input, where no other user of this machine can read it (as they can arguments).
call() {
  printf 'header = "Authorization: Bearer %s"\n' "$COUNTERSIGN_API_KEY" |
    curl --silent --show-error --config - --max-time 80 --retry 2 --retry-connrefused \
      --header 'Content-Type: application/json' --write-out '\n%{http_code}' "$@" ||
    fail "$url cannot be reached. Does Countersign run there?"
}

# Splits what call printed into body and status; ends with what the server says is wrong.
read_answer() {
  status=${1##*
}
  body=${1%
*}
  case $status in 2??) ;; *) detail=$(field detail "$body"); fail "$status: ${detail:-$body}" ;; esac
}

once=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
answer=$(call --header "Idempotency-Key: $once" --data "{\"title\":\"$(json "$1")\"}" "$url/api/v1/requests")
read_answer "$answer"
id=$(field id "$body")
[ -n "$id" ] || fail "$url does not answer as Countersign does. Is the address right?"
say "Asked ($id). Waiting for an answer in Slack…"

state=pending
while [ "$state" = pending ] || [ "$state" = notified ]; do
  # People take hours: a restart of Countersign meanwhile should not lose the answer.
  answer=$(call --retry 8 "$url/api/v1/requests/$id?wait=50")
  read_answer "$answer"
  state=$(field state "$body")
done

decision=$(field decision "$body")
[ -n "$decision" ] || { say "Nobody answered: $state."; exit 3; }
printf '%s\n' "$decision"
comment=$(words comment "$body")
[ -z "$comment" ] || printf '%s\n' "$comment"
say "answered by $(field responder_id "$body") at $(field responded_at "$body")"
case $decision in reject | request_changes) exit 1 ;; esac
