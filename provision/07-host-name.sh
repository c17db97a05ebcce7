step host name
# Each sudo looks the name up. If neither this file nor a name server has it, that takes 20 seconds.
read -r host_name </proc/sys/kernel/hostname
if booted && ! awk -v name="$host_name" '
    { sub(/#.*/, ""); for (i = 2; i <= NF; i++) if ($i == name) found = 1 }
    END { exit !found }' /etc/hosts; then
    short=${host_name%%.*}
    [ "$short" != "$host_name" ] || short=
    if is_check; then
        echo "would write /etc/hosts: 127.0.1.1 $host_name"
    else
        keep /etc/hosts
        # Appended to and not replaced: in a container the file is a mount.
        [ -z "$(tail -c 1 /etc/hosts)" ] || echo >>/etc/hosts
        echo "127.0.1.1 $host_name${short:+ $short}" >>/etc/hosts
    fi
fi
