#!/usr/bin/python3
"""Makes the AsyncAPI 3 document of the log from the contract in proto/: every topic with its keys, headers, messages and
settings, and what each role does with it.

  tools/asyncapi.py                    prints it
  tools/asyncapi.py --write            writes proto/asyncapi.yaml
  tools/asyncapi.py --check            fails where proto/asyncapi.yaml is not what it would write, or has a $ref to nowhere
  tools/asyncapi.py --schema FILE      validates it against AsyncAPI's own JSON schema (schemas/3.0.0.json of the npm package
                                       @asyncapi/specs; takes the Python module jsonschema)

It wants protoc and python3-protobuf.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

ROOT = pathlib.Path(__file__).resolve().parent.parent
TARGET = ROOT / "proto" / "asyncapi.yaml"
PACKAGE = ".rasti.v1."
KEEP_FOR_EVER = {"cleanup.policy": ["delete"], "retention.ms": -1}
DAY_MS = 86_400_000

CASE_KEY = {"type": "string", "format": "binary", "minLength": 16, "maxLength": 16,
            "description": "case_id: a UUID as 16 bytes in network order. Places the record, by murmur2 as the Java client does."}
TEXT_KEY = {"type": "string"}


def text(description, **more):
    return {"type": "string", "description": description, **more}


INPUT = text("The next positions of commands and followups when it was decided.", pattern="^[0-9]+/[0-9]+$", examples=["17/4"])
EVENT_HEADERS = {
    "rasti-sequence": text("Dense within the partition, from 0.", pattern="^[0-9]+$"),
    "rasti-input": INPUT,
    "ce_specversion": text("CloudEvents.", const="1.0"),
    "ce_id": text("case_id and revision.", examples=["0197a1b2-93c4-7d5e-8f60-718293a4b5c6/1"]),
    "ce_source": text("The tenant.", examples=["/tenants/prishtine"]),
    "ce_type": text("The type of the event and its version.", pattern="^rasti\\.[a-z_]+\\.v[0-9]+$"),
    "ce_time": text("occurred_at.", format="date-time"),
    "ce_subject": text("case_id.", format="uuid"),
    "ce_traceparent": text("W3C Trace Context, where the command had one."),
    "content-type": text("Of the value.", const="application/protobuf"),
}
OPTIONAL_HEADERS = {"ce_traceparent"}
RESULT_HEADERS = {"rasti-answers": text("The offset of the command that it answers.", pattern="^[0-9]+$"), "rasti-input": INPUT}

# A message that is text.
SIGNED_NOTE = "signed-note"

# topic: (message, what its bytes hold besides, key, headers, partitions, settings, description).
# tests/end_to_end/kafka_asyncapi_test.cc compares names, partitions and settings with `rasti topics describe`.
CHANNELS = {
    "commands": ("Signed", "Command", CASE_KEY, {}, None, {**KEEP_FOR_EVER, "message.timestamp.type": "LogAppendTime"},
                 "What people and systems ask for. The engine deletes what it has decided, after a week unless it is told otherwise. Records with the header rasti-mark and neither key nor value are its own."),
    "followups": ("Command", None, CASE_KEY, {}, None, {**KEEP_FOR_EVER, "message.timestamp.type": "LogAppendTime"},
                  "Commands from case to case, written by the engine only, and deleted by it as commands are."),
    "events": ("Stored", "Event", CASE_KEY, EVENT_HEADERS, None, KEEP_FOR_EVER,
               "What happened: the truth, kept for ever. CloudEvents 1.0 in binary mode."),
    "results": ("Result", None, CASE_KEY, RESULT_HEADERS, None, {"cleanup.policy": ["delete"], "retention.ms": 30 * DAY_MS},
                "What became of each command. Whoever submits notes its end first, and finds the answer by command_id."),
    "outbox": ("OutboxEntry", None, TEXT_KEY, {}, None, KEEP_FOR_EVER, "Messages that connectors are to send."),
    "definitions": ("Package", None, TEXT_KEY, {}, 1, {**KEEP_FOR_EVER, "message.timestamp.type": "LogAppendTime"},
                    "Workflows, calendars, tenants, time zones. Of two records of one key the first holds, for ever."),
    "dead-letters": ("DeadLetterRecord", None, TEXT_KEY, {}, 1,
                     {"cleanup.policy": ["delete"], "retention.ms": 30 * DAY_MS},
                     "Records of commands that could not be decided, and what became of them."),
    "keys": (None, None, TEXT_KEY, {}, 1, {"cleanup.policy": ["compact"], "max.compaction.lag.ms": DAY_MS},
             "For the keys that personal fields are sealed with: the last record of a key holds, and one without value erases it. Nothing is written yet."),
    "checkpoints": (SIGNED_NOTE, None, TEXT_KEY, {}, 1, {"cleanup.policy": ["compact"], "max.compaction.lag.ms": DAY_MS},
                    "Of each partition of events, which its key names, the last signed checkpoint of its Merkle tree: a signed note (C2SP tlog-checkpoint)."),
}
# role: what it sends to, what it receives from. deploy/kafka/acls.sh gives the rights for it.
ROLES = {
    "engine": (["followups", "events", "results", "outbox", "dead-letters", "checkpoints"], ["commands", "followups", "events", "definitions", "checkpoints"]),
    "submitter": (["commands"], ["results"]),
    "gateway": (["commands"], ["results", "events", "definitions"]),
    "connector": (["commands"], ["results", "outbox", "events", "definitions"]),
    "auditor": ([], ["events", "definitions", "checkpoints"]),
    "operator": (["definitions", "commands"], ["definitions", "dead-letters", "results"]),
}

SCALARS = descriptor_pb2.FieldDescriptorProto
TYPES = {
    SCALARS.TYPE_STRING: {"type": "string"},
    SCALARS.TYPE_BYTES: {"type": "string", "format": "binary"},
    SCALARS.TYPE_BOOL: {"type": "boolean"},
    SCALARS.TYPE_INT32: {"type": "integer", "format": "int32"},
    SCALARS.TYPE_UINT32: {"type": "integer", "format": "int64", "minimum": 0},
    SCALARS.TYPE_INT64: {"type": "integer", "format": "int64"},
    SCALARS.TYPE_UINT64: {"type": "integer", "format": "int64", "minimum": 0},
    SCALARS.TYPE_FIXED64: {"type": "integer", "format": "int64", "minimum": 0},
    SCALARS.TYPE_DOUBLE: {"type": "number", "format": "double"},
}


def descriptors():
    files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "proto/rasti/v1").glob("*.proto"))
    with tempfile.NamedTemporaryFile(suffix=".pb") as out:
        subprocess.run(["protoc", "-I", ".", "--include_source_info", f"--descriptor_set_out={out.name}", *files],
                       cwd=ROOT, check=True)
        return descriptor_pb2.FileDescriptorSet.FromString(out.read())


def comments_of(file):
    """Comments by the path of what they stand at; those of a line before those behind it."""
    comments = {}
    for place in file.source_code_info.location:
        said = " ".join(" ".join(part.split()) for part in (place.leading_comments, place.trailing_comments) if part.strip())
        if said:
            comments[tuple(place.path)] = said
    return comments


def short(type_name):
    if not type_name.startswith(PACKAGE):
        sys.exit(f"{type_name} is not of this package")
    return type_name[len(PACKAGE):]


def described(schema, comments, path):
    return {**schema, "description": comments[path]} if path in comments else schema


def field_schema(field):
    if field.type in (SCALARS.TYPE_MESSAGE, SCALARS.TYPE_ENUM):
        schema = {"$ref": f"#/components/schemas/{short(field.type_name)}"}
    else:
        schema = dict(TYPES[field.type])
    return {"type": "array", "items": schema} if field.label == SCALARS.LABEL_REPEATED else schema


def message_schema(message, comments, path):
    properties, choices = {}, {}
    for index, field in enumerate(message.field):
        schema = field_schema(field)
        place = (*path, 2, index)
        if "$ref" in schema and place in comments:  # what stands beside a $ref is not read
            schema = {"allOf": [schema]}
        properties[field.name] = {**described(schema, comments, place), "x-protobuf-number": field.number}
        if "$ref" in schema:
            properties[field.name] = schema
        if field.HasField("oneof_index") and not field.proto3_optional:
            choices.setdefault(message.oneof_decl[field.oneof_index].name, []).append(field.name)
    schema = {"type": "object", "properties": properties}
    if choices:
        schema["x-protobuf-oneof"] = choices
    return described(schema, comments, path)


def schemas():
    found = {}

    def add_message(prefix, message, comments, path):
        name = prefix + message.name
        found[name] = message_schema(message, comments, path)
        for index, nested in enumerate(message.nested_type):
            add_message(name + ".", nested, comments, (*path, 3, index))
        for index, enum in enumerate(message.enum_type):
            add_enum(name + ".", enum, comments, (*path, 4, index))

    def add_enum(prefix, enum, comments, path):
        found[prefix + enum.name] = described({"type": "string", "enum": [value.name for value in enum.value]}, comments, path)

    for file in descriptors().file:
        comments = comments_of(file)
        for index, message in enumerate(file.message_type):
            add_message("", message, comments, (4, index))
        for index, enum in enumerate(file.enum_type):
            add_enum("", enum, comments, (5, index))
    return found


def reachable(names, found):
    """Those schemas, and what they refer to; the socket's are nobody's business here."""
    reached, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in reached:
            continue
        reached[name] = found[name]
        waiting.extend(ref.rsplit("/", 1)[1] for ref in re.findall(r'"\$ref": "([^"]*)"', json.dumps(found[name])))
    return dict(sorted(reached.items()))


def channel(topic, row):
    _, _, _, _, partitions, settings, description = row
    binding = {"topic": f"rasti.{topic}", "topicConfiguration": settings, "bindingVersion": "0.5.0"}
    if partitions is not None:
        binding["partitions"] = partitions
    else:
        description += " As many partitions as commands, and a case in the same one of each."
    return {"address": "{prefix}" + topic, "description": description,
            "parameters": {"prefix": {"$ref": "#/components/parameters/prefix"}},
            "messages": {topic: {"$ref": f"#/components/messages/{topic}"}} if row[0] else {}, "bindings": {"kafka": binding}}


def message(row, found):
    name, holds, key, headers, _, _, _ = row
    if name == SIGNED_NOTE:
        return {"name": name, "contentType": "text/plain; charset=utf-8", "payload": {"type": "string"},
                "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}}}
    said = {"name": f"rasti.v1.{name}", "contentType": "application/protobuf"}
    if name in found:
        said["payload"] = {"$ref": f"#/components/schemas/{name}"}
    else:
        said["payload"] = {"type": "string", "format": "binary"}
    if holds:
        said["description"] = f"`body` holds a serialised rasti.v1.{holds}."
        said["x-body"] = {"$ref": f"#/components/schemas/{holds}"}
    if headers:
        said["headers"] = {"type": "object", "properties": headers, "required": sorted(set(headers) - OPTIONAL_HEADERS)}
    said["bindings"] = {"kafka": {"key": key, "bindingVersion": "0.5.0"}}
    return said


def operations():
    made = {}
    for role, (sends, receives) in ROLES.items():
        for action, topics in (("send", sends), ("receive", receives)):
            for topic in topics:
                made[f"{role}-{action}s-{topic}"] = {
                    "action": action, "channel": {"$ref": f"#/channels/{topic}"}, "tags": [{"name": role}],
                    "messages": [{"$ref": f"#/channels/{topic}/messages/{topic}"}]}
    return made


def document():
    found = schemas()
    version = re.search(r"project\(rasti VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
    roots = {name for row in CHANNELS.values() for name in row[:2] if name in found}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Rasti over Apache Kafka", "version": version,
            "description": "The topics of a log: what is in them, and who writes and reads what. Made by tools/asyncapi.py from "
                           "proto/; instants are milliseconds since 1970-01-01T00:00:00Z; fields in schemas are those of the "
                           "Protocol Buffers messages."},
        "defaultContentType": "application/protobuf",
        "servers": {"kafka": {"host": "{broker}", "protocol": "kafka-secure",
                              "variables": {"broker": {"description": "HOST:PORT of a broker"}}}},
        "channels": {topic: channel(topic, row) for topic, row in CHANNELS.items()},
        "operations": operations(),
        "components": {
            "parameters": {"prefix": {"default": "rasti.", "description": "Of all topics of a log: --topic-prefix."}},
            "messages": {topic: message(row, found) for topic, row in CHANNELS.items() if row[0]},
            "schemas": reachable(roots, found)}}


def scalar(value):
    """JSON's scalars are YAML's; plain words need no quotes."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9 _.,;/()-]*", value) and value == value.strip() and (
            value.lower() not in ("true", "false", "yes", "no", "on", "off", "null", "y", "n")):
        return value
    return json.dumps(value, ensure_ascii=False)


def lines_of(value, indent=""):
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, (dict, list)) and part:
                yield f"{indent}{scalar(name)}:"
                yield from lines_of(part, indent + "  ")
            else:
                yield f"{indent}{scalar(name)}: {scalar(part)}"
    else:
        for part in value:
            if isinstance(part, dict):
                first, *rest = lines_of(part, indent + "  ")
                yield f"{indent}- {first.strip()}"
                yield from rest
            else:
                yield f"{indent}- {scalar(part)}"


def check_references(made):
    def visit(value):
        if isinstance(value, dict):
            for name, part in value.items():
                if name == "$ref":
                    at = made
                    for step in part.removeprefix("#/").split("/"):
                        if step not in at:
                            sys.exit(f"$ref to nowhere: {part}")
                        at = at[step]
                visit(part)
        elif isinstance(value, list):
            for part in value:
                visit(part)

    visit(made)


def main():
    made = document()
    check_references(made)
    written = "# Made by tools/asyncapi.py from proto/; not edited by hand.\n" + "\n".join(lines_of(made)) + "\n"
    arguments = sys.argv[1:]
    if arguments == []:
        sys.stdout.write(written)
    elif arguments == ["--write"]:
        TARGET.write_text(written)
    elif arguments == ["--check"]:
        if not TARGET.exists() or TARGET.read_text() != written:
            sys.exit(f"{TARGET.relative_to(ROOT)} is not what proto/ says any more: run tools/asyncapi.py --write")
    elif len(arguments) == 2 and arguments[0] == "--schema":
        import jsonschema
        jsonschema.validate(made, json.loads(pathlib.Path(arguments[1]).read_text()))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
