"""Sections about the machine and its operating system: what each line of the output means."""

import re
from collections.abc import Iterator, Mapping

from understudy.parity.capture.answer import Answer
from understudy.parity.capture.texts import by_file, effective
from understudy.parity.capture.value import Section

# What x86-64-v2 to -v4 add (see the x86-64 psABI), and instructions for cryptography: compiled wheels
# may need them.
_FLAG = re.compile(
    r"cx16|lahf_lm|popcnt|pni|ssse3|sse4_[12]|avx2?|bmi[12]|f16c|fma|abm|movbe|xsave|avx512(f|bw|cd|dq|vl)|"
    r"aes|pclmulqdq|sha_ni|rdrand|rdseed|asimd|crc32|sha2|atomics"
)
_DISKS = {"ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "zfs", "nfs", "nfs4", "cifs"}
# tmpfs is mounted at many places; apps write to these.
_IN_MEMORY = {"/tmp", "/var/tmp", "/run", "/dev/shm"}  # noqa: S108 - names, nothing is written
_CONTAINERS = re.compile(r"/run/|/var/lib/(docker|containers|kubelet)/")
# Of a container, by both versions of control groups; "max" is none.
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# Mount options that follow from the size of the memory, or name directories of a container's machine.
_OWN_OPTIONS = re.compile(r"(size|nr_inodes|(lower|upper|work)dir\+?)=")


def os(answer: Answer) -> Section:
    files = by_file(answer.pairs("os"))
    release = _assignments(files.get("/etc/os-release", []))
    return {
        "name": f"{release.get('ID', 'unknown')} {release.get('VERSION_ID', 'unstable')}",
        "like": release.get("ID_LIKE", release.get("ID", "unknown")),
        "point release": _point_release(release, files),
        "kernel": "".join(files.get("/proc/sys/kernel/osrelease", [])),
        "machine": "".join(files.get("machine", [])),
        **({"container": "".join(kind)} if (kind := files.get("/run/systemd/container")) else {}),
    }


def _point_release(release: Mapping[str, str], files: Mapping[str, list[str]]) -> str:
    """On Ubuntu /etc/debian_version only names the Debian that it was made from."""
    if release.get("ID") == "ubuntu":
        return release.get("VERSION", "unknown")
    return "".join(files.get("/etc/debian_version", []))


def locale(answer: Answer) -> Section:
    pairs = list(answer.pairs("locale"))
    available = {f"available {text}": "yes" for name, text in pairs if name == "available"}
    return {**_assignments([text for name, text in pairs if name != "available"]), **available}


def _assignments(lines: list[str]) -> dict[str, str]:
    """NAME=value or NAME="value"."""
    parted = (line.partition("=") for line in lines if not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, equals, value in parted if equals}


def time(answer: Answer) -> Section:
    found = dict(answer.pairs("time"))
    zone = found.pop("zone", "").partition("zoneinfo/")[2]
    return {"zone": zone or "unknown", "clock source": "".join(found.values()) or "unknown"}


def cpu(answer: Answer) -> Section:
    files = by_file(answer.pairs("cpu"))
    lines = [line.partition(":") for line in files.get("/proc/cpuinfo", [])]
    count = sum(name.strip() == "processor" for name, _, _ in lines)
    usable = map(int, files.get("usable", []))
    flags = next((text for name, _, text in lines if name.strip() in ("flags", "Features")), "")
    matter = filter(_FLAG.fullmatch, flags.split())
    return {"count": str(min([count, *usable])), **{f"flag {flag}": "yes" for flag in matter}}


def memory(answer: Answer) -> Section:
    files = by_file(answer.pairs("memory"))
    total = [line.split()[1] for line in files.get("/proc/meminfo", []) if "MemTotal" in line]
    swaps = [line.split()[2] for line in files.get("/proc/swaps", [])[1:]]
    limits = [
        int(line) // 1024 for name in _LIMITS for line in files.get(name, []) if line.isdigit()
    ]
    usable = min([int("".join(total) or 0), *limits])
    return {"total": rounded(usable), "swap": rounded(sum(map(int, swaps)))}


def rounded(kibibytes: int) -> str:
    """A size, to two digits: what the kernel reserves of the memory varies from boot to boot."""
    mebibytes = kibibytes / 1024
    size, unit = (mebibytes / 1024, "GiB") if mebibytes >= 1000 else (mebibytes, "MiB")
    return f"{float(f'{size:.2g}'):g} {unit}"


def mounts(answer: Answer) -> Section:
    section: dict[str, str] = {}
    for name, line in answer.pairs("mounts"):
        if name == "/proc/self/mounts":
            _, place, kind, options, *_ = line.split()
            if _matters(place, kind):
                kept = (word for word in options.split(",") if not _OWN_OPTIONS.match(word))
                section |= {f"{place}.type": kind, f"{place}.options": ",".join(kept)}
    for space in spaces(answer):
        if f"{space.place}.type" in section:
            section[f"{space.place}.size"] = rounded(space.blocks * space.block // 1024)
    return section


def _matters(place: str, kind: str) -> bool:
    if kind == "tmpfs":
        return place in _IN_MEMORY
    # Of a container.
    if kind == "overlay":
        return place == "/"
    return kind in _DISKS and not _CONTAINERS.match(place)


class Space:
    """Size and free space of a file system, in blocks of `block` bytes, from a line of `stat -f`."""

    def __init__(self, line: str) -> None:
        *numbers, self.place = line.split(" ", 5)
        self.block, self.blocks, self.free, self.inodes, self.free_inodes = map(int, numbers)


def spaces(answer: Answer) -> Iterator[Space]:
    for name, line in answer.pairs("mounts"):
        if name == "space":
            space = Space(line)
            if not _CONTAINERS.match(space.place):
                yield space


def sysctl(answer: Answer) -> Section:
    section: dict[str, str] = {}
    for path, lines in by_file(answer.pairs("sysctl")).items():
        value = " ".join(" ".join(lines).split())
        if path.startswith("/sys/"):
            # always [madvise] never
            section["transparent_hugepage"] = "".join(re.findall(r"\[(\w+)\]", value))
        else:
            section[path.replace("/", ".")] = value
    return section


def limits(answer: Answer) -> Section:
    """Limits of systemd and of units, and the files with limits of logins: empty as shipped, left out."""
    section: dict[str, str] = {}
    for whose, lines in by_file(answer.pairs("limits")).items():
        if whose.startswith("/"):
            section |= {whose: text} if (text := effective(lines)) else {}
            continue
        for line in lines:
            name, _, value = line.partition("=")
            section[f"{without_instance(whose)}.{name}"] = value
    return section


def without_instance(unit: str) -> str:
    """todo@0123abcd.service -> todo@.service: the instance, a release or a terminal, always differs."""
    return re.sub(r"@[^@]*\.(service|socket|timer)$", r"@.\1", unit)
