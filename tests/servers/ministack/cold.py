"""cold.py FOLDER TIMES: starts each function of FOLDER, TIMES times, as Lambda does when nobody called it for a while,
in an empty blog here. Prints a line for each event of EVENTS, words between tabs: function, what it is asked, processor
time in ms until it asks for work and until it has answered, ms by the clock until then, and the most memory it had, in
KiB. Times are medians."""

import base64
import glob
import gzip
import json
import os
import queue
import statistics
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import boto3

TABLE, MEDIA, WEB = "cold", "cold-media", "cold-web"
TOPIC = "arn:aws:sns:us-east-1:000000000000:spoken"
# Nothing is in the blog, so nothing has this id.
ID = "01m8kkzmb7qs74erh8gb1qjsys"
# Stands in an event for where a run's server is.
HERE = "here.example"
# A function that has not answered by then is not going to, in seconds.
ANSWERS_WITHIN = 60
# So long the kernel may take to count what a process did before it began to wait, in seconds.
COUNTED_WITHIN = 0.02


def http(method, path, body=None):
    """A request, as API Gateway's HTTP API tells of it."""
    request = {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "cold"}
    context = {
        "accountId": "000000000000", "apiId": "cold", "domainName": "cold.example", "domainPrefix": "cold",
        "http": request, "requestId": "cold", "routeKey": "$default", "stage": "$default",
        "time": "29/Nov/2026:05:16:23 +0000", "timeEpoch": 1795929383220,
    }
    headers = {"accept": "*/*", "accept-encoding": "gzip", "content-type": "application/json", "host": "cold.example"}
    return {
        "version": "2.0", "routeKey": "$default", "rawPath": path, "rawQueryString": "", "headers": headers,
        "requestContext": context, "body": body, "isBase64Encoded": False,
    }


def stage(subject, kind):
    return {"pk": f"{subject}#{ID}", "sk": f"STAGE#{kind}"}


def events():
    """What each function is asked, in an order in which there is a client when a page is asked for."""
    query = "{ viewer { user { id } } posts(first: 10) { edges { node { title tags } } } tags(first: 5) { name } }"
    deployed = {
        "RequestType": "Create", "ResponseURL": f"http://{HERE}/told", "StackId": "cold", "RequestId": "cold",
        "LogicalResourceId": "cold",
    }
    socket = {
        "requestContext": {"eventType": "CONNECT", "connectionId": "cold", "identity": {"sourceIp": "127.0.0.1"}},
        "headers": {"Sec-WebSocket-Protocol": "graphql-transport-ws"},
    }
    address = f"s3://{MEDIA}/polly/{ID}/section-1.cold.mp3"
    spoken = json.dumps({"taskId": "cold", "taskStatus": "COMPLETED", "outputUri": address})
    migration = {
        "triggerSource": "UserMigration_Authentication", "userPoolId": "us-east-1_cold", "userName": ID,
        "request": {"password": "base64:Y29ycmVjdCBob3JzZQ"}, "response": {},
    }
    return [
        ("web", "brings the client", deployed),
        ("http", "GraphQL", http("POST", "/graphql", json.dumps({"query": query}))),
        ("http", "the first page", http("GET", "/")),
        ("socket", "a connection", socket),
        ("notifier", "the round of each minute", "round"),
        ("mail", "nobody asked for one", {}),
        ("migration", "nobody brought a password", migration),
        ("operator", "link for the owner", {"command": "setUpLink"}),
        ("router", "no records", {"Records": []}),
        ("sweeper", "nothing due", {}),
        ("image", "no such stage", stage("M", "IMAGE")),
        ("purge", "no such stage", stage("P", "PURGE")),
        ("search", "no such stage", stage("P", "SEARCH")),
        ("speech", "no such stage", stage("P", "SPEECH")),
        ("speech-completed", "no such post", {"Records": [{"Sns": {"TopicArn": TOPIC, "Message": spoken}}]}),
        ("summary", "no such stage", stage("P", "SUMMARY")),
    ]


class Run(ThreadingHTTPServer):
    """A function that was started, and what Lambda is for it alone: it is asked for an event, and told the answer."""

    def __init__(self, program, environment, event):
        super().__init__(("127.0.0.1", 0), Asked)
        self.address = f"127.0.0.1:{self.server_port}"
        self.event = json.dumps(event).replace(HERE, self.address).encode()
        self.polled = None
        self.answers = queue.Queue()
        self.over = threading.Event()
        threading.Thread(target=self.serve_forever, args=[0.02]).start()
        environment = environment | {"AWS_LAMBDA_RUNTIME_API": self.address}
        self.began = time.monotonic()
        self.process = subprocess.Popen([program], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def used(self):
        """Processor time in ms, of all threads; whoever calls has something that the function waits for."""
        time.sleep(COUNTED_WITHIN)
        threads = glob.glob(f"/proc/{self.process.pid}/task/*/schedstat")
        return sum(int(open(thread, encoding="ascii").read().split()[0]) for thread in threads) / 1e6

    def peak(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM"))

    def end(self):
        """Ends both; what the function said."""
        self.process.kill()
        _, log = self.process.communicate()
        self.over.set()
        self.shutdown()
        self.server_close()
        return log.decode()

    def handle_error(self, *_):
        """A function that was ended says no farewell."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*_)


class Asked(BaseHTTPRequestHandler):
    """A request of a function's."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        run = self.server
        if run.polled is not None:
            # There is no second event.
            run.over.wait()
            self.close_connection = True
            return
        asked = time.monotonic()
        run.polled = run.used()
        # It waited for us, not we for it.
        run.began += time.monotonic() - asked
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 30000))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:000000000000:function:cold")
        self.send_header("Content-Length", str(len(run.event)))
        self.end_headers()
        self.wfile.write(run.event)

    def do_POST(self):
        run, at = self.server, time.monotonic()
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        measured = None
        if self.path.endswith("/response"):
            measured = run.polled, run.used(), (at - run.began) * 1000, run.peak()
        run.answers.put((measured, said))
        self.nothing()

    def do_PUT(self):
        """CloudFormation, which is told of the web client."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.nothing()

    def nothing(self):
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Says nothing of each request."""


def measure(program, environment, event):
    """What was measured of one start."""
    run = Run(program, environment, event)
    try:
        measured, said = run.answers.get(timeout=ANSWERS_WITHIN)
    except queue.Empty:
        measured, said = None, "no answer"
    log = run.end()
    if measured is None or not well(said):
        sys.exit(f"{program} did not do what it was asked: {said}\n{log}")
    return measured


def well(said):
    """Whether an answer is none of something that went wrong."""
    answer = json.loads(said)
    if not isinstance(answer, dict) or "statusCode" not in answer:
        return True
    body = answer.get("body") or ""
    if answer.get("isBase64Encoded"):
        body = gzip.decompress(base64.b64decode(body)).decode()
    return answer["statusCode"] == 200 and '"errors"' not in body


def blog():
    """As `schema.rs` of adapters/aws/table and `infra` have it, with nothing in it."""
    kinds = {"pk": "S", "sk": "S"}
    keys = lambda pk, sk: [{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}]
    indexes = []
    for index, kind in [("gsi1", "S"), ("gsi2", "S"), ("gsi3", "N")]:
        pk, sk = f"{index}pk", f"{index}sk"
        kinds |= {pk: "S", sk: kind}
        indexes.append({"IndexName": index, "KeySchema": keys(pk, sk), "Projection": {"ProjectionType": "ALL"}})
    boto3.client("dynamodb").create_table(
        TableName=TABLE, BillingMode="PAY_PER_REQUEST", KeySchema=keys("pk", "sk"), GlobalSecondaryIndexes=indexes,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()],
    )
    for bucket in (MEDIA, WEB):
        boto3.client("s3").create_bucket(Bucket=bucket)


def main(folder, times):
    blog()
    environment = {name: value for name, value in os.environ.items() if name.startswith("AWS_")} | {
        "AWS_LAMBDA_FUNCTION_NAME": "cold", "AWS_LAMBDA_FUNCTION_VERSION": "1",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "DEEPDIVE_TABLE": TABLE, "DEEPDIVE_BUCKET": MEDIA, "DEEPDIVE_WEB_BUCKET": WEB,
        "DEEPDIVE_MEDIA_URL": "https://cold.example/media", "DEEPDIVE_SPEECH_TOPIC": TOPIC,
        "DEEPDIVE_PUBLIC_URL": "https://cold.example", "DEEPDIVE_SOCKET_URL": "wss://cold.example",
        "DEEPDIVE_USER_POOL": "us-east-1_cold", "DEEPDIVE_USER_POOL_CLIENT": "cold",
        "DEEPDIVE_GATEWAY_URL": "https://cold.execute-api.us-east-1.amazonaws.com/live",
    }
    for name, asked, event in events():
        program = os.path.join(folder, name, "bootstrap")
        polled, answered, took, peak = zip(*(measure(program, environment, event) for _ in range(times)))
        figures = [statistics.median(polled), statistics.median(answered), statistics.median(took), max(peak)]
        print(name, asked, *(f"{figure:.1f}" for figure in figures), sep="\t", flush=True)


main(sys.argv[1], int(sys.argv[2]))
