"""blog.py OUTPUTS: prints where the API is that was deployed, where its sockets are, CloudFront's name for the blog, the
link by which its owner is made, and what the table and the user pool are called, a line each."""

import json
import os
import sys

import boto3


def where(outputs):
    with open(outputs, encoding="utf-8") as file:
        outputs = json.load(file)
    blog = outputs["Deepdive"]
    event = json.dumps({"command": "setUpLink"})
    answer = boto3.client("lambda").invoke(FunctionName=blog["OperatorName"], Payload=event)
    said = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        sys.exit(f"the operator's function failed: {said}")
    emulator = os.environ["AWS_ENDPOINT_URL"]
    print(f"{emulator}/_aws/execute-api/{blog['ApiId']}/$default")
    print(f"{emulator.replace('http', 'ws', 1)}/_aws/execute-api/{blog['SocketApiId']}/live")
    print(outputs["DeepdiveEdge"]["DistributionName"])
    print(json.loads(said)["setUpLink"])
    print(blog["TableName"])
    print(outputs["DeepdivePasswords"]["PoolId"])


where(sys.argv[1])
