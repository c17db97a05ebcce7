"""The mails that a host has kept, of a site whose target captures them: provision/61-mail.sh."""

from understudy.commands import Argv, script

# With the names, which sort by time; an archive in base64 is one line of text, whatever is in the mails.
_PACK = """
cd "/var/lib/understudy-mail/$1/new" || exit 3
echo "removed $(cat ../removed 2>/dev/null || echo 0)"
{list} | tail -n "$3" |
    tar -cf - --ignore-failed-read --no-recursion -T - 2>/dev/null | gzip -1 | base64 -w 0
"""
# Those that came after a mail of that name; those that came since the live release was made here.
_AFTER = """LC_ALL=C ls | LC_ALL=C awk -v after="$2" '$0 "" > after ""'"""
_OF_RELEASE = """find . -type f -newermc "/srv/$1/current/run" -printf '%f\\n' | LC_ALL=C sort"""
_NEWEST = 'cd "/var/lib/understudy-mail/$1/new" || exit 3; LC_ALL=C ls | tail -n 1'
_CLEAR = """
cd "/var/lib/understudy-mail/$1" || exit 3
find new -type f -print -delete | wc -l
rm -f removed
"""


def fetch(site: str, *, after: str = "", most: int = 500) -> Argv:
    """Prints `removed N`, the number of mails that had no room, and an archive (tar, gzip, base64) of the
    newest ones. after: the name of a mail; only those that came later.
    """
    return script(_PACK.replace("{list}", _AFTER), site, after, str(most))


def fetch_of_live_release(site: str, *, most: int) -> Argv:
    """As fetch(), of those that came since the live release was made on the host: by its own clock."""
    return script(_PACK.replace("{list}", _OF_RELEASE), site, "", str(most))


def newest(site: str) -> Argv:
    """Prints the name of the mail that came last; an empty line if there is none."""
    return script(_NEWEST, site)


def clear(site: str) -> Argv:
    """Removes all, and prints how many they were."""
    return script(_CLEAR, site)
