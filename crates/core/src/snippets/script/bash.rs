//! bash 3.2 or newer (the version that macOS has), with cURL and jq.

use crate::snippets::TOKEN;
use crate::snippets::curl::quoted;

use super::PlanScript;

pub(super) fn text(script: &PlanScript) -> String {
    let PlanScript { users_url, environment, number, to, users, .. } = script;
    format!(
        "#!/usr/bin/env bash
# {heading}
#
#   read -rs {TOKEN} && export {TOKEN}    # paste the token and press Enter: no history has it
#   bash {name} mfa-plan-{number}-....csv [results.csv]
#
{ABOUT}
set -euo pipefail
export LC_ALL=C

users_url={url}
environment='{environment}'
plan='{number}'
word='{word}'
target='{to}'
users={users}
reference={reference}
reason={reason}
pilot='{pilot}'
{REST}",
        heading = script.heading(),
        name = script.file_name(super::Shell::Bash),
        url = quoted(users_url),
        word = script.word(),
        reference = quoted(&script.reference),
        reason = quoted(&script.reason),
        pilot = script.pilot,
    )
}

const ABOUT: &str = "\
# The first argument is the plan as the page saved it, with user IDs only. Each user's result is appended to the result
# file; users who are changed there already are skipped, so that the script can be stopped and restarted.
# It asks for the change reference, the reason, the pilot user and the number of users again, as far as the plan has
# them, and reads the answers from standard input. The pilot user is changed first; then it waits for your word.
# Exit status: 0 all are changed, 1 some are not, 2 it can't begin, 3 it stopped: the token, or 20 failures in a row.
# It needs curl and jq.";

const REST: &str = r#"
attempts=3             # of the same request
attempts_for_pace=10   # where PingOne said 429
first_pause=0.5        # seconds; doubles with each attempt
longest_pause=30       # seconds; PingOne may ask for more
between_requests=0.1   # seconds: at most 10 requests a second
failures_in_a_row=20

plan_file=${1:?Name the saved plan: mfa-plan-....csv}
results=${2:-mfa-results-$plan.csv}
: "${PINGONE_ACCESS_TOKEN:?Set it to an access token}"

fail() {
  printf '%s\n' "$2" >&2
  exit "$1"
}

for tool in curl jq; do
  command -v "$tool" >/dev/null || fail 2 "$tool is needed."
done

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# The users of the saved plan, one a line. The file must be this plan's, and whole.
users_of_plan() {
  local line user from read_at to left_out number='' place='' columns='' count=0
  local id='^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
  while IFS= read -r line || [[ -n $line ]]; do
    line=${line%$'\r'}
    case $line in
      '# planNumber,'*) [[ -n $columns ]] || number=${line#*,} ; continue ;;
      '# environmentId,'*) [[ -n $columns ]] || place=${line#*,} ; continue ;;
      '#'*) [[ -n $columns ]] || continue ;;
    esac
    if [[ -z $columns ]]; then
      columns=$line
      [[ $columns == userId,from,readAt,to,leftOutBecause ]] || fail 2 'Save the plan with user IDs only.'
      continue
    fi
    IFS=, read -r user from read_at to left_out <<<"$line"
    [[ $user =~ $id ]] || fail 2 "No user ID: $user"
    [[ -z $left_out ]] || continue
    [[ $to == "$word" ]] || fail 2 "This row is not to be $word: $line"
    printf '%s\n' "$user"
    count=$((count + 1))
  done <"$plan_file"
  [[ $number == "$plan" && $place == "$environment" ]] || fail 2 "This is not plan $plan."
  [[ $count -eq $users ]] || fail 2 "The plan has $users users, this file has $count."
}

# Sends a request to $url and sets what came back: status (000 for no whole answer), value, code, correlation and
# retry_after. The token reaches curl through a pipe, because everyone on a computer may read command lines.
send() {
  sleep "$between_requests"
  : >"$scratch/head"
  : >"$scratch/body"
  status=$(curl --silent --max-time 30 --url "$url" --request "$@" \
    --header @<(printf 'Authorization: Bearer %s\n' "$PINGONE_ACCESS_TOKEN") \
    --header 'Accept: application/json' \
    --dump-header "$scratch/head" --output "$scratch/body" --write-out '%{http_code}') || status=000
  readable=$(jq --raw-output 'type == "object"' "$scratch/body" 2>/dev/null) || readable=false
  value=$(jq --raw-output '.mfaEnabled | select(type == "boolean")' "$scratch/body" 2>/dev/null) || value=''
  code=$(jq --raw-output '.code // ""' "$scratch/body" 2>/dev/null | tr -cd 'A-Za-z0-9_-') || code=''
  correlation=$(header correlation-id | tr -cd 'A-Za-z0-9-')
  retry_after=$(header retry-after | tr -cd '0-9')
  if [[ $status == 401 ]]; then
    fail 3 'PingOne refused the token (401). Get a new one and start again: it goes on where it stopped.'
  fi
}

# A header of the answer, by its name in lower case.
header() {
  awk -v name="$1:" 'tolower($1) == name { sub(/^[^:]*:[ \t]*/, ""); value = $0 } END { print value }' "$scratch/head"
}

# Waits before attempt $1 + 1: at random up to the doubled pause, and never less than PingOne asks for.
pause() {
  sleep "$(awk -v made="$1" -v asked="${retry_after:-0}" -v first="$first_pause" -v longest="$longest_pause" \
    -v roll="$RANDOM" 'BEGIN {
      limit = first * 2 ^ (made - 1)
      if (limit > longest) limit = longest
      wait = limit * roll / 32767
      print (wait > asked + 0 ? wait : asked + 0)
    }')"
}

# How often a request that was answered so is sent at most.
attempts_at() {
  if [[ $status == 429 ]]; then echo "$attempts_for_pace"; else echo "$attempts"; fi
}

# Reads the flag until there is an answer that says something.
read_flag() {
  local reads=0
  while true; do
    send GET
    reads=$((reads + 1))
    case $status in
      2??) [[ -z $value ]] || return 0 ;;
      408 | 429) ;;
      4??) return 0 ;;
    esac
    [[ $reads -lt $(attempts_at) ]] || return 0
    pause "$reads"
  done
}

# Sets the flag of user $1 and says in $result what the answers prove.
change() {
  local writes=0
  url=$users_url/$1/mfaEnabled
  while true; do
    send PUT --header 'Content-Type: application/json' --data-raw "{\"mfaEnabled\":$target}"
    writes=$((writes + 1))
    case $status:$readable in
      2*:*)
        if [[ $value == "$target" ]]; then result=changed; return; fi
        ;;
      408:* | 429:* | 503:true)
        if [[ $writes -ge $(attempts_at) ]]; then result=failed; return; fi
        pause "$writes"
        continue
        ;;
      404:*) result='no longer exists'; return ;;
      4*:*) result=refused; return ;;
    esac
    # The answer is lost, or proves nothing: what the flag is, PingOne tells.
    read_flag
    if [[ $status == 404 ]]; then result='no longer exists'; return; fi
    if [[ $status != 2?? || -z $value ]]; then result='answer lost'; return; fi
    if [[ $value == "$target" ]]; then result=changed; return; fi
    if [[ $writes -ge $attempts ]]; then result=failed; return; fi
    pause "$writes"
  done
}

# Asks question $1 and ends the script where the answer is not $2, or nothing where $2 is empty.
confirm() {
  local typed=''
  printf '%s: ' "$1" >&2
  read -r typed || [[ -n $typed ]] || fail 2 'No answer. Nothing more was sent.'
  [[ -n $typed && ( -z $2 || $typed == "$2" ) ]] || fail 2 "This is not the answer: $typed. Nothing more was sent."
}

# Asks again for what was asked before the plan was saved.
ask_again() {
  printf '%s\n' "Plan $plan turns MFA $word in environment $environment. Users: $users." >&2
  [[ -z $reference ]] || confirm "Type the change reference, $reference" "$reference"
  [[ -z $reason ]] || confirm "Type the reason; the plan says: $reason" ''
  [[ -z $pilot ]] || confirm "Type the user ID of the pilot user, $pilot" "$pilot"
  confirm "Type the number of users, $users" "$users"
}

# After the pilot user a person looks, unless others were changed before.
wait_after_pilot() {
  [[ $1 == changed ]] || fail 3 "Stopped: the pilot user was not changed. See $results."
  if grep -v "^$pilot," "$results" | grep -q '^[^,]*,changed,'; then return; fi
  confirm 'The pilot user is changed. Check that they can sign in, then type continue' continue
}

users_of_plan >"$scratch/users"
if [[ -n $pilot && $(head -n 1 "$scratch/users") != "$pilot" ]]; then
  fail 2 'The plan does not begin with the pilot user.'
fi
ask_again

if [[ ! -s $results ]]; then
  echo 'userId,result,httpStatus,code,correlationId,at' >"$results"
elif [[ -n $(tail -c 1 "$results") ]]; then
  echo >>"$results"   # the last line was cut
fi

number=0
not_changed=0
in_a_row=0
while IFS= read -r user <&3; do
  number=$((number + 1))
  if grep -q "^$user,changed," "$results"; then
    [[ $user != "$pilot" ]] || wait_after_pilot changed
    continue
  fi
  change "$user"
  at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  printf '%s\n' "$user,$result,$status,$code,$correlation,$at" >>"$results"
  printf '%s\n' "$number of $users: $user $result" >&2
  [[ $user != "$pilot" ]] || wait_after_pilot "$result"
  if [[ $result == changed ]]; then in_a_row=0; continue; fi
  not_changed=$((not_changed + 1))
  in_a_row=$((in_a_row + 1))
  if [[ $in_a_row -ge $failures_in_a_row ]]; then
    fail 3 "Stopped: $in_a_row users in a row were not changed. See $results."
  fi
done 3<"$scratch/users"

[[ $not_changed -eq 0 ]] || fail 1 "$not_changed of $users users were not changed. See $results."
echo "All $users users are changed. See $results." >&2
"#;
