"""gunicorn's workers: of a release that runs they are replaced by new ones, and no request waits for it."""

from understudy.commands import Argv, script

# Its main process starts new workers, then lets the old ones finish their requests: gunicorn's docs, signals.
# It ends itself if a new one can't load the app.
_TEXT = """
unit=$1 seconds=$2
main=$(systemctl show -p MainPID --value "$unit")
[ "${main:-0}" -gt 0 ] || { echo "$unit does not run: a deploy starts it" >&2; exit 1; }
old=$(ps -o pid= --ppid "$main")
kill -HUP "$main"
waited=0
while [ "$waited" -lt "$((seconds * 5))" ]; do
    sleep 0.2
    waited=$((waited + 1))
    [ "$(systemctl show -p MainPID --value "$unit")" = "$main" ] || break
    now=" $(ps -o pid= --ppid "$main" | tr -s ' \\n' ' ') " left=
    for pid in $old; do case $now in *" $pid "*) left=yes ;; esac; done
    if [ -z "$left" ] && [ -n "${now# }" ]; then exit 0; fi
done
echo "the new workers do not run; the journal ends:" >&2
journalctl -u "$unit" -n 15 --no-pager -q -o cat >&2
exit 1
"""


def replace(site: str, release_id: str, seconds: int) -> Argv:
    """As the app's user. Succeeds once no worker of before is left; fails with the end of the journal."""
    return script(_TEXT, f"{site}@{release_id}.service", seconds)
