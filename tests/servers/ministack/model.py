"""What the SDK's own model of a service demands of a request."""

import functools
import re

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator


@functools.cache
def operation(service, name):
    """An operation, as the model describes it."""
    return ServiceModel(Loader().load_service_model(service, "service-2")).operation_model(name)


def faults(service, name, request):
    """What is wrong with a request: pairs of a member, empty if it is of all, and what the service says of it."""
    shape = operation(service, name).input_shape
    found = ParamValidator().validate(request, shape)
    # Types and what has to be there.
    yield from (("", line) for line in found.generate_report().splitlines())
    if not found.has_errors():
        yield from _values(shape, request, "")


def _values(shape, value, member):
    """What the SDK leaves to the service: enumerations and patterns."""
    if shape.type_name == "structure" and not getattr(shape, "is_document_type", False):
        for name, part in value.items():
            yield from _values(shape.members[name], part, name)
    elif shape.type_name == "list":
        for part in value:
            yield from _values(shape.member, part, member)
    elif shape.type_name == "string":
        demand = None
        if shape.enum and value not in shape.enum:
            demand = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        pattern = shape.metadata.get("pattern")
        if pattern and not re.search(pattern, value):
            demand = f"Member must satisfy regular expression pattern: {pattern}"
        if demand:
            named = member[:1].lower() + member[1:]
            yield member, f"Value '{value[:100]}' at '{named}' failed to satisfy constraint: {demand}"
