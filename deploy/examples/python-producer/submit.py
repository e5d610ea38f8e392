#!/usr/bin/python3
"""Submits a case to Rasti over Kafka and waits for the answer: what a portal or another system has to do.

  1. A command (rasti.v1.Command) is made, with a case_id and a command_id that follow from the caller's own key: whoever
     repeats it, after a crash or a time-out, reaches the same case, and the same command makes no second event.
  2. It is signed (rasti.v1.Signed) with the submitter's key.
  3. The ends of the results topic are noted before the command is written, so that its answer cannot be missed.
  4. The record goes to the commands topic, keyed by the case_id's 16 bytes and placed by murmur2, as the Java client does.
  5. The answer is found by its command_id. Without one in time, the same command is written again.

Prints the answer as a line of JSON. Exit: 0 accepted, 1 rejected, 2 wrong arguments, 4 no answer or no broker.
"""

import argparse
import hashlib
import hmac
import json
import pathlib
import sys
import time
import uuid

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "generated"))
from proto.rasti.v1 import command_pb2, result_pb2  # noqa: E402  (made by protoc, see README.md)

COMMAND_DOMAIN = b"rasti-command-v1\0"
KEY_BYTES_LEAST = 32
# The namespace of cases that are named by a key; `rasti submit --key` lands in the same case.
CASES = uuid.UUID("5e1c2d8a-603b-4f19-9a77-c40e52d813b6")
ATTEMPTS = 3


def arguments():
    parser = argparse.ArgumentParser(description="Submit a case to Rasti over Kafka.")
    parser.add_argument("--brokers", required=True, metavar="HOST:PORT")
    parser.add_argument("--topic-prefix", default="rasti.")
    parser.add_argument("--kafka-settings", metavar="FILE", help="name=value lines: security.protocol, sasl.*, ssl.*")
    parser.add_argument("--submitter", required=True, help="its id in submitters.yaml")
    parser.add_argument("--key-id", required=True, help="the id of its key there")
    parser.add_argument("--key-file", required=True, type=pathlib.Path)
    parser.add_argument("--tenant", required=True)
    parser.add_argument("--workflow", required=True)
    parser.add_argument("--category", required=True)
    parser.add_argument("--title", required=True)
    parser.add_argument("--form", default="{}", help="JSON object of the public fields")
    parser.add_argument("--key", required=True, help="of this submission in your own system: the same key, the same case")
    parser.add_argument("--timeout", type=float, default=20.0, help="seconds to wait for each of %d attempts" % ATTEMPTS)
    options = parser.parse_args()
    try:
        if not isinstance(json.loads(options.form), dict):
            parser.error("--form: not a JSON object")
    except ValueError as error:
        parser.error(f"--form: {error}")
    return options


def client_settings(options):
    settings = {"bootstrap.servers": options.brokers, "client.id": options.submitter}
    if options.kafka_settings:
        for line in pathlib.Path(options.kafka_settings).read_text().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.partition("=")
                settings[name] = value
    return settings


def make_command(options):
    case_id = uuid.uuid5(uuid.uuid5(CASES, options.tenant), options.key)
    command = command_pb2.Command(
        command_id=f"submit:{options.key}", case_id=case_id.bytes, tenant=options.tenant, submitter=options.submitter)
    # Who submits is known by a random id in your own system; here it follows from the key, so that a repeat is the same.
    command.actor.id = str(uuid.uuid5(case_id, "citizen"))
    command.actor.role = "citizen"
    command.submit_case.workflow = options.workflow
    command.submit_case.title = options.title
    command.submit_case.category = options.category
    command.submit_case.channel = "portal"
    command.submit_case.form = options.form
    return command


def sign(command, options):
    key = options.key_file.read_bytes()
    if len(key) < KEY_BYTES_LEAST:
        sys.exit(f"{options.key_file}: {len(key)} bytes, a key has at least {KEY_BYTES_LEAST}")
    body = command.SerializeToString()
    mac = hmac.new(key, COMMAND_DOMAIN + body, hashlib.sha256).digest()
    return command_pb2.Signed(body=body, key_id=options.key_id, mac=mac).SerializeToString()


def results_from_now(options):
    """A reader of all results that are written from here on."""
    consumer = Consumer({
        **client_settings(options), "group.id": "unused", "enable.auto.commit": False,
        "isolation.level": "read_committed", "auto.offset.reset": "error"})
    topic = options.topic_prefix + "results"
    found = consumer.list_topics(topic, timeout=10).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    places = []
    for partition in found.partitions:
        _, end = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=10)
        places.append(TopicPartition(topic, partition, end))
    consumer.assign(places)
    return consumer


def write(producer, topic, key, value, timeout):
    """True when the brokers have it."""
    written = []
    producer.produce(topic, key=key, value=value, on_delivery=lambda error, _: written.append(error))
    producer.flush(timeout)
    return written == [None]


def await_result(consumer, command, timeout):
    until = time.monotonic() + timeout
    while (left := until - time.monotonic()) > 0:
        message = consumer.poll(min(left, 0.5))
        if message is None or message.error() is not None:
            continue
        result = result_pb2.Result.FromString(message.value())
        if result.case_id == command.case_id and result.command_id == command.command_id:
            return result
    return None


def answer(result):
    said = {"case_id": str(uuid.UUID(bytes=result.case_id)), "reference": result.reference,
            "accepted": result.HasField("accepted")}
    if said["accepted"]:
        said["revisions"] = [result.accepted.first_revision, result.accepted.last_revision]
        said["token"] = f"{result.accepted.token.partition}/{result.accepted.token.sequence}"
    else:
        said.update(code=result.rejected.code, field=result.rejected.field, message=result.rejected.message)
    return said


def main():
    options = arguments()
    command = make_command(options)
    signed = sign(command, options)
    try:
        consumer = results_from_now(options)
        producer = Producer({
            **client_settings(options), "enable.idempotence": True, "partitioner": "murmur2_random",
            "message.timeout.ms": int(options.timeout * 1000)})
        for _ in range(ATTEMPTS):
            write(producer, options.topic_prefix + "commands", command.case_id, signed, options.timeout)
            # Also where the brokers did not confirm it: it may have been written.
            result = await_result(consumer, command, options.timeout)
            if result is not None:
                print(json.dumps(answer(result)))
                return 0 if result.HasField("accepted") else 1
    except (KafkaException, OSError) as error:
        print(f"{options.brokers}: {error}", file=sys.stderr)
        return 4
    print(f"no answer to {command.command_id}: is an engine running? The same --key asks again", file=sys.stderr)
    return 4


if __name__ == "__main__":
    sys.exit(main())
