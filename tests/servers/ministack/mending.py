"""How MiniStack is mended where it is not as AWS is."""

import inspect


def mended(module, name, parameters):
    """Puts what is decorated in the place of `name`, which it gets first."""
    original = getattr(module, name)
    found = list(inspect.signature(original).parameters)
    if found[: len(parameters)] != parameters:
        raise SystemExit(f"{module.__name__}.{name}({', '.join(found)}) is not what its mend knows")

    def put(mend):
        if inspect.iscoroutinefunction(original):

            async def mending(*args, **kwargs):
                return await mend(original, *args, **kwargs)

        else:

            def mending(*args, **kwargs):
                return mend(original, *args, **kwargs)

        setattr(module, name, mending)

    return put
