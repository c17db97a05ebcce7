# Only for a staging VM, which gets as much swap as production has. A container has that of its machine.
if [ "$SWAP_MIB" -gt 0 ] && booted && ! is_check && ! systemd-detect-virt --quiet --container; then
    step swap
    if [ ! -e /swapfile ]; then
        # Renamed last: a run that is killed leaves no half-made /swapfile.
        fallocate -l "${SWAP_MIB}MiB" /swapfile.new
        chmod 600 /swapfile.new
        mkswap /swapfile.new >/dev/null
        mv /swapfile.new /swapfile
    fi
    grep -q '^/swapfile ' /etc/fstab || echo '/swapfile none swap sw 0 0' >>/etc/fstab
    grep -q '^/swapfile ' /proc/swaps || swapon /swapfile
fi
