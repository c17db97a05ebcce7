"""uv on a host: makes an environment from wheels that are already there."""

from pathlib import PurePosixPath

from understudy.commands import Argv, script

# The marker comes last: an environment without it was left by a killed run and is made anew.
_MAKE_ENVIRONMENT = """
uv=$1 environment=$2 lock=$3 cache=$4
export UV_CACHE_DIR=$cache/uv UV_OFFLINE=1 UV_NO_CONFIG=1 UV_PYTHON_DOWNLOADS=never
rm -rf "$environment"
"$uv" venv -q --python /usr/bin/python3 "$environment"
"$uv" pip install -q --python "$environment/bin/python" --no-index --find-links "$cache/wheels" \
    --require-hashes --no-deps -r "$lock"
touch "$environment/.complete"
"""


def make_environment(
    uv: PurePosixPath, environment: PurePosixPath, lock: PurePosixPath, cache: PurePosixPath
) -> Argv:
    return script(_MAKE_ENVIRONMENT, uv, environment, lock, cache)
