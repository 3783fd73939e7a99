"""zipped.py FOLDER: how large each folder of FOLDER is as a zip, a line each: its name, and bytes."""

import io
import os
import sys
import zipfile


def zipped(folder):
    """As Lambda is sent it: the files with their places in the folder."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(place, name)
                archive.write(path, os.path.relpath(path, folder))
    return len(made.getbuffer())


for name in sorted(os.listdir(sys.argv[1])):
    print(name, zipped(os.path.join(sys.argv[1], name)))
