"""Requests through nginx to a release that runs and is not live yet. See templates/nginx.conf.j2."""

from pathlib import PurePosixPath

from understudy.commands import Argv, script
from understudy.release.layout import CANDIDATE_ADDRESS

VISITORS = 4

# One curl for all visitors, because its start costs more than a request. Each answer has a file of its own:
# printed at once, the pages of several visitors would mix.
_ASK = r"""
site=$1 root=$2 release=$3 host=$4 address=$5 visitors=$6
shift 6
ln -sfn "releases/$release" "$root/candidate.new"
mv -T "$root/candidate.new" "$root/candidate"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
began=$(date '+%Y/%m/%d %H:%M:%S')
each=$(seq "$visitors")

# ask PATH: prints a line for each answer: its status, its file, and where it leads.
ask() {
    url=http://$host$1
    set --
    for visitor in $each; do set -- "$@" -o "$work/$visitor" "$url"; done
    curl -sS --noproxy '*' --max-time 20 --resolve "$host:80:$address" \
        --parallel --parallel-immediate --parallel-max "$visitors" \
        -w '%{http_code} %{filename_effective} %{redirect_url}\n' "$@" 2>"$work/errors" || true
}

# explain STATUS FILE: what is known of an answer that isn't good.
explain() {
    echo "$path: status $1 through nginx, for visitor ${2##*/} of $visitors at once"
    case $1 in 000) cat "$work/errors" ;; *) head -c 2000 "$2" || true ;; esac
    echo "--- nginx's error log ---"
    awk -v began="$began" '$0 >= began' "/var/log/nginx/$site.error.log" >"$work/log" || true
    tail -n 5 "$work/log"
    ! grep -q 'upstream sent too big header' "$work/log" ||
        echo "The headers of this answer are larger than app.proxy_buffer_size in deploy.yml."
    echo "--- journal of $site@$release ---"
    journalctl -u "$site@$release" -n 40 --no-pager -q -o cat || true
    exit 1
}

asked_first=yes
for path; do
    ask "$path" >"$work/answers"
    answered=0
    while read -r status file moved; do
        case $moved in */"${host}$path/")
            echo "$path redirects to $path/: write $path/ in deploy.yml"
            exit 1
            ;;
        esac
        [ "$status" -ge 200 ] && [ "$status" -lt 400 ] || explain "$status" "$file"
        # A redirect may come without a look at the database: it says little of the app's health.
        [ "$asked_first" = no ] || [ -z "$moved" ] || [ "$answered" != 0 ] ||
            echo "==> note the health path $path redirects to $moved; name a page that answers by itself"
        answered=$((answered + 1))
    done <"$work/answers"
    [ "$answered" = "$visitors" ] || explain 000 "$((answered + 1))"
    asked_first=no
done
"""


def ask(
    site: str, root: PurePosixPath, release_id: str, domain: str, paths: tuple[str, ...]
) -> Argv:
    """GETs each path through nginx from a release that runs, live or not, by several visitors at
    once. Fails for a status of 400 or more, and for a path that lacks the slash at its end; the
    output says why: the answer, nginx's errors since, and the release's journal. A redirect of the first,
    the health path, is a note: see app.notes().
    """
    words = (site, root, release_id, domain, CANDIDATE_ADDRESS, VISITORS)
    return script(_ASK, *words, *paths)
