"""Polly, which MiniStack has not: tasks that speak to a bucket and tell a topic.

A request is what the SDK's own model demands, or is refused as Polly does. A task goes on by itself, and writes and tells
with the permissions of who asked for it, when it does. The voice is silent (`voice.py`). A text may wish that Polly has to
`throttle`, or that the voice is `hoarse` (`wish.py`).
"""

import asyncio
import datetime
import json
import logging
import re
import uuid
from urllib.parse import urlencode

from ministack import app
from ministack.core import iam_actions, iam_evaluator, router
from ministack.core.responses import get_region
from ministack.services import s3, sns

import model
from voice import InvalidSsml, Speech
from wish import wished

logger = logging.getLogger("polly")

# Seconds in which a task begins, and in which it speaks.
BEGINS, SPEAKS = 0.2, 0.3
TASKS = "/v1/synthesisTasks"
# Characters of a text, and of these that are spoken.
LONGEST, LONGEST_SPOKEN = 200_000, 100_000
# Voices that have no neural engine.
STANDARD = set(
    "Aditi Astrid Carla Carmen Celine Chantal Conchita Cristiano Dora Enrique Ewa Filiz Geraint Giorgio Gwyneth Hans Jacek Jan "
    "Karl Liv Lotte Mads Maja Marlene Mathieu Maxim Miguel Mizuki Naja Nicole Penelope Raveena Ricardo Ruben Russell Tatyana "
    "Zeina".split()
)
# What is no such name has an exception of its own.
EXCEPTIONS = {
    "OutputS3BucketName": "InvalidS3BucketException",
    "OutputS3KeyPrefix": "InvalidS3KeyException",
    "SnsTopicArn": "InvalidSnsTopicArnException",
}
RATES = ("8000", "16000", "22050", "24000")
NOT_WRITTEN = (
    "Error occurred while trying to upload file to S3. Please verify that the bucket existing in this region and you have "
    "permission to write objects to the specified path."
)

tasks = {}
# The loop itself does not keep what goes on.
going = set()


def install():
    """Answers for Polly, under the policies of whoever asks."""
    app.SERVICE_HANDLERS["polly"] = handle_request
    iam_actions.SERVICE_TO_IAM_NAMESPACE["polly"] = "polly"
    iam_actions._BOTOCORE_SERVICE_MAP["polly"] = ["polly"]


class Refused(Exception):
    """Polly does not do what it was asked."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


async def handle_request(method, path, headers, body, query_params):
    caller = router.extract_access_key_id(headers, query_params)
    try:
        if method == "POST" and path == TASKS:
            task = begin(json.loads(body), caller)
        elif method == "GET" and (found := re.fullmatch(TASKS + "/([^/]+)", path)):
            task = known(found[1])
        else:
            raise Refused("ValidationException", f"{method} {path} is not known here")
    except Refused as refused:
        content = {"message": str(refused)}
        return 400, {"Content-Type": "application/json", "x-amzn-errortype": refused.code}, json.dumps(content).encode()
    return 200, {"Content-Type": "application/json"}, json.dumps({"SynthesisTask": task}).encode()


def known(task):
    if not re.fullmatch("[a-zA-Z0-9_-]{1,100}", task):
        raise Refused("InvalidTaskIdException", "Invalid task id")
    if task not in tasks:
        raise Refused("SynthesisTaskNotFoundException", "There is no such task")
    return tasks[task]


def begin(request, caller):
    speech = read(request)
    wish = wished("polly", request["Text"], request["OutputFormat"])
    if wish == "throttle":
        raise Refused("ThrottlingException", "Rate exceeded")
    task = str(uuid.uuid4())
    sound = request["OutputFormat"] != "json"
    extension = request["OutputFormat"] if sound else "marks"
    key = ".".join(part for part in (request.get("OutputS3KeyPrefix"), task, extension) if part)
    bucket = request["OutputS3BucketName"]
    tasks[task] = {name: value for name, value in request.items() if name not in ("Text", *EXCEPTIONS)}
    tasks[task].update(
        TaskId=task,
        TaskStatus="scheduled",
        OutputUri=f"https://s3.{get_region()}.amazonaws.com/{bucket}/{key}",
        CreationTime=datetime.datetime.now(datetime.timezone.utc).timestamp(),
        RequestCharacters=speech.characters,
    )
    if "SnsTopicArn" in request:
        tasks[task]["SnsTopicArn"] = request["SnsTopicArn"]
    made = speech.mp3() if sound else speech.lines()
    work = asyncio.create_task(carry_out(tasks[task], caller, bucket, key, None if wish == "hoarse" else made))
    going.add(work)
    work.add_done_callback(going.discard)
    return dict(tasks[task])


def read(request):
    """What a request asks to be spoken, if Polly can."""
    for member, said in model.faults("polly", "StartSpeechSynthesisTask", request):
        raise Refused(EXCEPTIONS.get(member, "ValidationException"), f"1 validation error detected: {said}")
    if request.get("Engine") == "neural" and request["VoiceId"] in STANDARD:
        raise Refused("EngineNotSupportedException", "This voice does not support the selected engine: neural")
    form, marks = request["OutputFormat"], request.get("SpeechMarkTypes", [])
    if (form == "json") != bool(marks):
        raise Refused("MarksNotSupportedForFormatException", "Speech marks are not supported for this output format")
    if form not in ("mp3", "json") or any(kind != "ssml" for kind in marks) or request.get("TextType") != "ssml":
        raise Refused("ValidationException", "MP3 of SSML, and the marks in it, are all that is made here")
    rate = request.get("SampleRate", "24000")
    if form == "mp3" and rate not in RATES:
        raise Refused("InvalidSampleRateException", "The specified sample rate is not valid")
    if form == "mp3" and rate != "24000":
        raise Refused("ValidationException", "24000 samples a second are all that is made here")
    try:
        speech = Speech(request["Text"])
    except InvalidSsml as error:
        raise Refused("InvalidSsmlException", f"Invalid SSML request: {error}") from error
    if len(request["Text"]) > LONGEST or speech.characters > LONGEST_SPOKEN:
        raise Refused("TextLengthExceededException", "Maximum text length has been exceeded")
    return speech


async def carry_out(task, caller, bucket, key, made):
    await asyncio.sleep(BEGINS)
    task["TaskStatus"] = "inProgress"
    await asyncio.sleep(SPEAKS)
    reason = "The voice is hoarse" if made is None else write(caller, bucket, key, made)
    task["TaskStatus"] = "failed" if reason else "completed"
    if reason:
        task["TaskStatusReason"] = reason
    await tell(task, caller)


def write(caller, bucket, key, made):
    """Puts an object into a bucket, as who asked; why it is not there."""
    if not allowed(caller, "s3:PutObject", f"arn:aws:s3:::{bucket}/{key}"):
        return NOT_WRITTEN
    kind = "audio/mpeg" if key.endswith(".mp3") else "application/x-json-stream"
    headers = {"content-type": kind, "content-length": str(len(made))}
    return None if s3._put_object(bucket, key, made, headers)[0] < 300 else NOT_WRITTEN


async def tell(task, caller):
    """Tells the topic that a task has ended, as who asked. Polly does not say if it could not."""
    topic = task.get("SnsTopicArn")
    if not topic or not allowed(caller, "sns:Publish", topic):
        return
    created = datetime.datetime.fromtimestamp(task["CreationTime"], datetime.timezone.utc)
    message = {name[0].lower() + name[1:]: value for name, value in task.items()}
    message.update(taskStatus=task["TaskStatus"].upper(), creationTime=created.isoformat(timespec="milliseconds"))
    form = urlencode({"Action": "Publish", "Version": "2010-03-31", "TopicArn": topic, "Message": json.dumps(message)})
    headers = {"content-type": "application/x-www-form-urlencoded"}
    status, _, said = await sns.handle_request("POST", "/", headers, form.encode(), {})
    if status >= 300:
        logger.warning("%s: %s", topic, said)


def allowed(caller, action, resource):
    service = action.split(":")[0]
    denied = iam_evaluator.enforce(caller, action, service, get_region(), resource_arn=resource)
    if denied:
        logger.warning("%s may not %s on %s", getattr(denied, "principal_arn", caller), action, resource)
    return not denied
