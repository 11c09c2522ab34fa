"""
Blanks the GPU code of all architectures but one in a library, so that it compresses to a fraction: the file keeps its
size, and loads as before on a GPU of that architecture.

Usage: python one-architecture.py LIBRARY OUTPUT 90

Source of the format: the ELF section .nv_fatbin holds regions that begin with 0xBA55ED50, version and header size (two
16-bit numbers) and the size of what follows; each entry in one has its kind, header size, payload size and, at byte 28,
its architecture.
"""

import struct
import sys

REGION = 0xBA55ED50


def section(data, wanted):
    """Offset and size of an ELF64 section by its name."""
    table = struct.unpack_from("<Q", data, 0x28)[0]
    size, count, names = struct.unpack_from("<HHH", data, 0x3A)
    headers = [struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)]
    strings = headers[names][4]
    for name, _, _, _, offset, length in headers:
        end = data.index(b"\0", strings + name)
        if data[strings + name : end].decode() == wanted:
            return offset, length
    sys.exit(f"there is no section {wanted}: a library with GPU code expected")


def entries(data, offset, length):
    """Architecture, and place and size of the code, of every entry."""
    at, end = offset, offset + length
    while at < end:
        if struct.unpack_from("<I", data, at)[0] != REGION:
            at += 8
            continue
        header, size = struct.unpack_from("<HQ", data, at + 6)
        entry, stop = at + header, at + header + size
        while entry < stop:
            _, _, entry_header, payload = struct.unpack_from("<HHIQ", data, entry)
            yield struct.unpack_from("<I", data, entry + 28)[0], entry + entry_header, payload
            entry += entry_header + payload
        at = stop


def main():
    library, output, architecture = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(library, "rb") as file:
        data = bytearray(file.read())
    found = list(entries(data, *section(data, ".nv_fatbin")))
    if architecture not in {each for each, _, _ in found}:
        sys.exit(f"{library} has no code for sm_{architecture}, but {sorted({each for each, _, _ in found})}")
    for each, at, size in found:
        if each != architecture:
            data[at : at + size] = bytes(size)
    with open(output, "wb") as file:
        file.write(data)


main()
