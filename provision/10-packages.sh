step packages
missing=
# cracklib-runtime: without its words libpam-pwquality refuses every new password.
for package in apt-listchanges ca-certificates certbot cracklib-runtime curl e2fsprogs libpam-pwquality netbase nftables nginx openssl procps python3 sqlite3 sudo tzdata unattended-upgrades "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing="$missing $package"
done
if is_check; then
    for package in $missing; do echo "would install $package"; done
elif [ -n "$missing" ]; then
    # A fresh server often still runs its first apt job: wait for its lock.
    apt-get -q -o DPkg::Lock::Timeout=300 update
    # apt-get takes an unknown name for a pattern, or for an order to remove a package.
    for package in $missing; do
        apt-cache pkgnames "$package" | grep -qxF "$package" || {
            echo "provision: apt lists no package '$package': its name is wrong, or the lists" \
                "could not be fetched, which apt says" >&2
            exit 1
        }
    done
    # shellcheck disable=SC2086 # one word a package
    apt-get -q -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing
fi
