#!/usr/bin/env python3
"""Asks people in Slack, waits, and prints what they answer. Python's standard library only.

Try it, with Countersign running (npm start):

    export COUNTERSIGN_API_KEY=$(./countersign key create --name ask.py --scopes ask | head -n 1)
    python3 examples/ask.py "May I tag v1.2.0?"

Then answer in Slack: http://127.0.0.1:3000/local, channel #general. More: python3 examples/ask.py --help

Exit status: 0 approved, chosen or answered; 1 rejected, or changes wanted; 2 something is wrong; 3 nobody answered in time.
So this works:  python3 examples/ask.py "Deploy?" && ./deploy.sh
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

OPEN = ("pending", "notified")
NO = ("reject", "request_changes")
WAIT_S = 50
PASSING = (408, 425, 429, 500, 502, 503, 504)


class Trouble(Exception):
    """Something that the person at the terminal must mend."""


class NotNow(Exception):
    """Worth another try, after so many seconds."""

    def __init__(self, why, after):
        super().__init__(why)
        self.after = after


class Api:
    """Calls Countersign. What passes by itself is tried again, a POST under one Idempotency-Key: nothing is asked twice."""

    def __init__(self, url, key):
        self.url = url.rstrip("/")
        self.key = key
        # A proxy from the environment knows nothing of this machine's own ports.
        is_here = urllib.parse.urlsplit(self.url).hostname in ("127.0.0.1", "::1", "localhost")
        self.opener = urllib.request.build_opener(*[urllib.request.ProxyHandler({})] if is_here else [])

    def call(self, method, path, body=None, tries=3):
        headers = {"Authorization": "Bearer " + self.key, "Content-Type": "application/json"}
        if method == "POST":
            headers["Idempotency-Key"] = str(uuid.uuid4())
        data = None if body is None else json.dumps(body).encode()
        for left in range(tries, 0, -1):
            try:
                return self.once(urllib.request.Request(self.url + path, data, headers, method=method))
            except NotNow as why:
                if left == 1:
                    raise Trouble(str(why)) from why
                time.sleep(why.after)

    def once(self, request):
        try:
            with self.opener.open(request, timeout=WAIT_S + 20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise self.trouble(error) from error
        except json.JSONDecodeError as error:
            raise Trouble(f"{self.url} does not answer as Countersign does. Is the address right?") from error
        except OSError as error:  # nobody there, or the line broke
            raise NotNow(f"{self.url} cannot be reached ({error}). Does Countersign run there?", 1) from error

    def trouble(self, error):
        text = error.read().decode(errors="replace")
        try:
            problem = json.loads(text)
        except json.JSONDecodeError:
            problem = {}
        lines = [f"{error.code}: {problem.get('detail', error.reason)}"]
        wrong = problem.get("errors", [])
        if len(wrong) > 1:
            lines += [f"  {one['field']}: {one['detail']}" for one in wrong]
        again = error.headers.get("Retry-After", "")
        if error.code in PASSING or (error.code == 409 and again):
            return NotNow(lines[0], min(float(again) if again.isdigit() else 2, 60))
        return Trouble("\n".join(lines))


def read_arguments():
    description = "Ask people in Slack and print their answer."
    parser = argparse.ArgumentParser(description=description, epilog="COUNTERSIGN_URL, COUNTERSIGN_API_KEY: where, and as whom.")
    parser.add_argument("question", help="what is asked, in one line")
    parser.add_argument("--why", default="", help="what people should know about it")
    parser.add_argument("--option", action="append", default=[], help="a choice, twice or more: people pick one")
    parser.add_argument("--text", action="store_true", help="the answer is words of theirs, instead of yes or no")
    parser.add_argument("--to", action="append", default=[], help="who may answer: a Slack id or an e-mail address")
    parser.add_argument("--channel", action="append", default=[], help="where it is asked, such as #general")
    parser.add_argument("--minutes", type=int, default=1440, help="how long people have (%(default)s)")
    return parser.parse_args()


def to_request(asked):
    kind = "clarification" if asked.text else "decision" if asked.option else "approval"
    people = [{"email" if "@" in one else "slack_user_id": one} for one in asked.to]
    return {
        "type": kind,
        "title": asked.question,
        "description": asked.why,
        "options": asked.option,
        "routing": {"channels": asked.channel, "recipients": people},
        "timeout_minutes": asked.minutes,
    }


def wait_for_answer(api, request_id):
    path = f"/api/v1/requests/{urllib.parse.quote(request_id)}?wait={WAIT_S}"
    while True:
        # People take hours: whoever restarts Countersign meanwhile should not lose the answer.
        request = api.call("GET", path, tries=600)
        if request["state"] not in OPEN:
            return request


def tell(request):
    response = request.get("response")
    if not response:
        print(f"Nobody answered: {request['state'].replace('_', ' ')}.", file=sys.stderr)
        return 3
    decision, comment = response["decision"], response["comment"]
    print(comment if decision == "text" else decision)
    if comment and decision != "text":
        print(comment)
    print(f"answered by {response['responder_id']} at {response['responded_at']}", file=sys.stderr)
    return 1 if decision in NO else 0


def main():
    asked = read_arguments()
    key = os.environ.get("COUNTERSIGN_API_KEY", "")
    if not key:
        raise Trouble("Set COUNTERSIGN_API_KEY. This makes one: ./countersign key create --name ask.py --scopes ask")
    api = Api(os.environ.get("COUNTERSIGN_URL", "http://127.0.0.1:3000"), key)
    made = api.call("POST", "/api/v1/requests", to_request(asked))
    print(f"Asked ({made['id']}). Waiting for an answer in Slack…", file=sys.stderr)
    return tell(wait_for_answer(api, made["id"]))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Trouble as trouble:
        sys.exit(print(trouble, file=sys.stderr) or 2)
    except KeyboardInterrupt:
        sys.exit(print("Stopped. The question stays open in Slack.", file=sys.stderr) or 130)
