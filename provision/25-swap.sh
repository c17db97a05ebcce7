# Only a staging VM has swap from here, as much as production has.
if [ "$SWAP_MIB" -gt 0 ] && booted && ! is_check; then
    step swap
    if [ ! -e /swapfile ]; then
        # Renamed last: what a killed run left is no swap.
        fallocate -l "${SWAP_MIB}MiB" /swapfile.new
        chmod 600 /swapfile.new
        mkswap /swapfile.new >/dev/null
        mv /swapfile.new /swapfile
    fi
    grep -q '^/swapfile ' /etc/fstab || echo '/swapfile none swap sw 0 0' >>/etc/fstab
    grep -q '^/swapfile ' /proc/swaps || swapon /swapfile
fi
