step packages
missing=
for package in ca-certificates curl e2fsprogs netbase nftables nginx procps python3 sqlite3 sudo tzdata "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing="$missing $package"
done
if [ -n "$missing" ]; then
    # A fresh server often still runs its first apt job; waiting for its lock beats failing.
    apt-get -q -o DPkg::Lock::Timeout=300 update
    # shellcheck disable=SC2086 # one word a package
    apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing
fi
