"""The same sends from Python's standard library, one after the other.

    send.py urllib|http.client URL CA_FILE HEADERS_FILE BODY_FILE COUNT

urllib opens a connection for every send; http.client keeps one alive. A hundred
sends go ahead of the clock.
"""

import http.client
import ssl
import sys
import time
import urllib.parse
import urllib.request

how, url, ca_file, headers_file, body_file, count = sys.argv[1:]
tls = ssl.create_default_context(cafile=ca_file)
headers = dict(line.rstrip("\n").split(": ", 1) for line in open(headers_file))
body = open(body_file, "rb").read()
parts = urllib.parse.urlsplit(url)
kept = http.client.HTTPSConnection(parts.netloc, context=tls, timeout=30)


def send_urllib():
    request = urllib.request.Request(url, data=body, headers=headers)
    with urllib.request.urlopen(request, context=tls, timeout=30) as answer:
        return answer.read()


def send_kept():
    kept.request("POST", parts.path, body=body, headers=headers)
    return kept.getresponse().read()


send = {"urllib": send_urllib, "http.client": send_kept}[how]
for _ in range(100):
    send()
start = time.perf_counter()
for _ in range(int(count)):
    assert b"wamid" in send()
print("%.6f" % (time.perf_counter() - start))
