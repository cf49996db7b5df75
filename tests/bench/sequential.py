"""One user after the other, each request as PingOne's tutorial shows it for Python.

Reads the environment's URL, the token and the users' ids from standard input, a line each.
"""

import json
import sys

import requests

environment, token, *users = sys.stdin.read().split()
headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
changed = 0
for user in users:
    url = f"{environment}/users/{user}/mfaEnabled"
    payload = json.dumps({"mfaEnabled": True})
    response = requests.request("PUT", url, headers=headers, data=payload)
    changed += response.json().get("mfaEnabled") is True
# Where the clock stops, as it does for a run: the first request to the list after the last answer.
requests.request("GET", f"{environment}/users?limit=1", headers=headers)
print(changed)
