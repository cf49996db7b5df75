//! Python 3.9 or newer, with nothing but its standard library.

use crate::snippets::TOKEN;
use crate::snippets::literal::{Escape, in_either_quotes};

use super::PlanScript;

pub(super) fn text(script: &PlanScript) -> String {
    let PlanScript { users_url, environment, number, to, users, .. } = script;
    format!(
        "#!/usr/bin/env python3
\"\"\"{heading}

    read -rs {TOKEN} && export {TOKEN}    # paste the token and press Enter: no history has it
    python3 {name} mfa-plan-{number}-....csv [results.csv]

{ABOUT}
\"\"\"

{IMPORTS}
USERS_URL = {url}
ENVIRONMENT = \"{environment}\"
PLAN = \"{number}\"
WORD = \"{word}\"
TARGET = {target}
USERS = {users}
REFERENCE = {reference}
REASON = {reason}
PILOT = \"{pilot}\"
{REST}",
        heading = script.heading(),
        name = script.file_name(super::Shell::Python),
        url = in_either_quotes(users_url, Escape::Digits, &[]),
        word = script.word(),
        reference = in_either_quotes(&script.reference, Escape::Digits, &[]),
        reason = in_either_quotes(&script.reason, Escape::Digits, &[]),
        pilot = script.pilot,
        target = if *to { "True" } else { "False" },
    )
}

const ABOUT: &str = "\
The first argument is the plan as the page saved it. Each user's result is appended to the result file; users who
are changed there already are skipped, so that the script can be stopped and restarted.
It asks for the change reference, the reason, the pilot user and the number of users again, as far as the plan has
them, and reads the answers from standard input. The pilot user is changed first; then it waits for your word.
Exit status: 0 all are changed, 1 some are not, 2 it can't begin, 3 it stopped: the token, or 20 failures in a row.";

const IMPORTS: &str = "\
import csv
import email.utils
import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
import uuid
from datetime import datetime, timezone
";

const REST: &str = r##"
ATTEMPTS = 3            # of the same request
ATTEMPTS_FOR_PACE = 10  # where PingOne said 429
FIRST_PAUSE = 0.5       # seconds; doubles with each attempt
LONGEST_PAUSE = 30      # seconds; PingOne may ask for more
BETWEEN_REQUESTS = 0.1  # seconds: at most 10 requests a second
FAILURES_IN_A_ROW = 20

COLUMNS = ["userId", "result", "httpStatus", "code", "correlationId", "at"]


class Answer:
    """What came back; without a whole answer the status is 0."""

    def __init__(self, status=0, headers=None, body=b""):
        headers = headers or {}
        try:
            fields = json.loads(body)
        except ValueError:
            fields = None
        self.status = status
        self.is_readable = isinstance(fields, dict)
        fields = fields if self.is_readable else {}
        value = fields.get("mfaEnabled")
        self.value = value if isinstance(value, bool) and 200 <= status < 300 else None
        self.code = fields.get("code", "")
        self.correlation_id = headers.get("Correlation-Id", "")
        self.retry_after = seconds(headers.get("Retry-After", ""))

    @property
    def attempts(self):
        """How often a request that was answered so is sent at most."""
        return ATTEMPTS_FOR_PACE if self.status == 429 else ATTEMPTS


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token elsewhere."""

    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(NoRedirect)


def seconds(retry_after):
    """Retry-After is a number of seconds or a date."""
    if retry_after.isascii() and retry_after.isdigit():
        return int(retry_after)
    try:
        at = email.utils.parsedate_to_datetime(retry_after)
        return max(0.0, at.timestamp() - time.time())
    except (TypeError, ValueError):
        return 0


def stop(status, why):
    print(why, file=sys.stderr)
    sys.exit(status)


def send(method, url, fields=None):
    time.sleep(BETWEEN_REQUESTS)
    headers = {
        "Authorization": f"Bearer {os.environ['PINGONE_ACCESS_TOKEN']}",
        "Accept": "application/json",
    }
    data = None
    if fields is not None:
        headers["Content-Type"] = "application/json"
        data = json.dumps(fields).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method=method)
    try:
        try:
            response = OPENER.open(request, timeout=30)
        except urllib.error.HTTPError as error:
            response = error
        with response:
            answer = Answer(response.status, response.headers, response.read())
    except (OSError, http.client.HTTPException):
        return Answer()
    if answer.status == 401:
        stop(3, "PingOne refused the token (401). Get a new one and start again: it goes on where it stopped.")
    return answer


def pause(made, answer):
    """Waits before the next attempt: at random up to the doubled pause, and never less than PingOne asks for."""
    limit = min(FIRST_PAUSE * 2 ** (made - 1), LONGEST_PAUSE)
    time.sleep(max(random.uniform(0, limit), answer.retry_after))


def read_flag(url):
    """Reads the flag until there is an answer that says something."""
    reads = 0
    while True:
        answer = send("GET", url)
        reads += 1
        is_final = 400 <= answer.status < 500 and answer.status not in (408, 429)
        if answer.value is not None or is_final or reads >= answer.attempts:
            return answer
        pause(reads, answer)


def change(user):
    """Sets a user's flag, and says what the answers prove."""
    url = f"{USERS_URL}/{user}/mfaEnabled"
    writes = 0
    while True:
        answer = send("PUT", url, {"mfaEnabled": TARGET})
        writes += 1
        if answer.value is TARGET:
            return "changed", answer
        if answer.status in (408, 429) or answer.status == 503 and answer.is_readable:
            if writes >= answer.attempts:
                return "failed", answer
            pause(writes, answer)
            continue
        if 400 <= answer.status < 500:
            return "no longer exists" if answer.status == 404 else "refused", answer
        # The answer is lost, or proves nothing: what the flag is, PingOne tells.
        answer = read_flag(url)
        if answer.status == 404:
            return "no longer exists", answer
        if answer.value is None:
            return "answer lost", answer
        if answer.value is TARGET:
            return "changed", answer
        if writes >= ATTEMPTS:
            return "failed", answer
        pause(writes, answer)


def users_of_plan(path):
    """The users of the saved plan. The file must be this plan's, and whole."""
    notes, columns, users = {}, None, []
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.reader(file):
            if columns is None and row and row[0].startswith("# "):
                notes[row[0]] = row[1] if len(row) > 1 else ""
            elif columns is None:
                columns = row
            else:
                fields = dict(zip(columns, row))
                user = str(uuid.UUID(fields["userId"]))
                if fields["leftOutBecause"]:
                    continue
                if fields["to"] != WORD:
                    raise ValueError(f"{user} is not to be {WORD}")
                users.append(user)
    if (notes.get("# planNumber"), notes.get("# environmentId")) != (PLAN, ENVIRONMENT):
        raise ValueError(f"this is not plan {PLAN}")
    if len(users) != USERS:
        raise ValueError(f"the plan has {USERS} users, this file has {len(users)}")
    return users


def changed_before(path):
    """The users that an earlier run has changed. Begins the result file, or repairs a last line that was cut."""
    if not os.path.exists(path) or os.path.getsize(path) == 0:
        with open(path, "w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerow(COLUMNS)
        return set()
    with open(path, newline="", encoding="utf-8") as file:
        text = file.read()
    if not text.endswith("\n"):
        with open(path, "a", newline="", encoding="utf-8") as file:
            file.write("\r\n")
    rows = csv.reader(text.splitlines())
    return {row[0] for row in rows if len(row) > 1 and row[1] == "changed"}


def confirm(question, answer):
    """Ends the script where the answer is another one, or nothing where none is expected."""
    print(f"{question}: ", end="", file=sys.stderr, flush=True)
    typed = sys.stdin.readline().strip()
    if not typed or (answer and typed != answer):
        stop(2, f"This is not the answer: {typed}. Nothing more was sent.")


def ask_again():
    """Asks again for what was asked before the plan was saved."""
    print(f"Plan {PLAN} turns MFA {WORD} in environment {ENVIRONMENT}. Users: {USERS}.", file=sys.stderr)
    if REFERENCE:
        confirm(f"Type the change reference, {REFERENCE}", REFERENCE)
    if REASON:
        confirm(f"Type the reason; the plan says: {REASON}", None)
    if PILOT:
        confirm(f"Type the user ID of the pilot user, {PILOT}", PILOT)
    confirm(f"Type the number of users, {USERS}", str(USERS))


def wait_after_pilot(result, done, results):
    """After the pilot user a person looks, unless others were changed before."""
    if result != "changed":
        stop(3, f"Stopped: the pilot user was not changed. See {results}.")
    if done <= {PILOT}:
        confirm("The pilot user is changed. Check that they can sign in, then type continue", "continue")


def main():
    if len(sys.argv) not in (2, 3):
        stop(2, "Name the saved plan: mfa-plan-....csv")
    if not os.environ.get("PINGONE_ACCESS_TOKEN"):
        stop(2, "Set PINGONE_ACCESS_TOKEN to an access token.")
    results = sys.argv[2] if len(sys.argv) == 3 else f"mfa-results-{PLAN}.csv"
    try:
        users = users_of_plan(sys.argv[1])
        if PILOT and users[0] != PILOT:
            raise ValueError("the plan does not begin with the pilot user")
        ask_again()
        done = changed_before(results)
    except (OSError, ValueError, KeyError) as error:
        stop(2, f"It can't begin: {error}")
    not_changed = in_a_row = 0
    with open(results, "a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for number, user in enumerate(users, start=1):
            if user in done:
                if user == PILOT:
                    wait_after_pilot("changed", done, results)
                continue
            result, answer = change(user)
            at = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
            writer.writerow([user, result, answer.status, answer.code, answer.correlation_id, at])
            file.flush()
            print(f"{number} of {USERS}: {user} {result}", file=sys.stderr)
            if user == PILOT:
                wait_after_pilot(result, done, results)
            if result == "changed":
                in_a_row = 0
                continue
            not_changed += 1
            in_a_row += 1
            if in_a_row >= FAILURES_IN_A_ROW:
                stop(3, f"Stopped: {in_a_row} users in a row were not changed. See {results}.")
    if not_changed:
        stop(1, f"{not_changed} of {USERS} users were not changed. See {results}.")
    print(f"All {USERS} users are changed. See {results}.", file=sys.stderr)


if __name__ == "__main__":
    main()
"##;
