"""blog.py prepare: makes what the CDK keeps for its deployments usable here.

blog.py where OUTPUTS: makes what was deployed usable here, and prints where the blog is, where its sockets are,
and the link by which its owner is made, a line each.

Usable here: the buckets deny what comes without TLS, as everything does on one machine.
"""

import json
import os
import sys

import boto3


def allow_without_tls(bucket):
    """Lifts a bucket's policy. Whoever has no right by their role has none afterwards."""
    boto3.client("s3").delete_bucket_policy(Bucket=bucket)


def prepare():
    allow_without_tls(f"cdk-hnb659fds-assets-000000000000-{os.environ['AWS_DEFAULT_REGION']}")


def where(outputs):
    with open(outputs, encoding="utf-8") as file:
        blog = json.load(file)["Deepdive"]
    allow_without_tls(blog["BucketName"])
    event = json.dumps({"command": "setUpLink"})
    answer = boto3.client("lambda").invoke(FunctionName=blog["OperatorName"], Payload=event)
    said = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        sys.exit(f"the operator's function failed: {said}")
    emulator = os.environ["AWS_ENDPOINT_URL"]
    print(f"{emulator}/_aws/execute-api/{blog['ApiId']}/$default")
    print(f"{emulator.replace('http', 'ws', 1)}/_aws/execute-api/{blog['SocketApiId']}/live")
    print(json.loads(said)["setUpLink"])


{"prepare": prepare, "where": where}[sys.argv[1]](*sys.argv[2:])
