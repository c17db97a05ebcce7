step firewall
# In a table of its own, apart from other rules of the host; SSH at the port where this host's sshd listens.
ssh_port=$( (sshd -T 2>/dev/null || echo "port 22") | awk '$1 == "port" { print $2; exit }')
web_ports=', 80, 443'
has_other_site() {
    for file in /etc/understudy/*.provisioned; do
        if [ -e "$file" ] && [ "$file" != "$STAMP_FILE" ] && [ ! -e "${file%.provisioned}.web-for" ]; then return 0; fi
    done
    return 1
}
if { [ "$WEB" = off ] || [ -n "$WEB_FOR" ]; } && ! has_other_site; then web_ports=; fi
# accept PORT: from each address of standard input.
accept() {
    while read -r address; do
        case $address in *:*) family=ip6 ;; *) family=ip ;; esac
        printf '\n        %s saddr %s tcp dport %s accept' "$family" "$address" "$1"
    done
}
rules=$(mktemp)
cat >"$rules" <<NFT
table inet understudy
delete table inet understudy
table inet understudy {
    chain input {
        type filter hook input priority filter; policy drop;
        ct state established,related accept
        ct state invalid drop
        iif lo accept
        meta l4proto { icmp, ipv6-icmp } accept
        udp sport 67 udp dport 68 accept
        tcp dport { $ssh_port$web_ports } accept$(web_proxies | accept 80)$(database_clients | accept 5432)
    }
}
NFT
changed=
cmp -s "$rules" /etc/nftables.d/understudy.nft || changed=1
if booted && ! nft list table inet understudy >/dev/null 2>&1; then changed=1; fi
# Before the file is written: with a broken file in place, the next run would find nothing changed.
if booted && [ -n "$changed" ] && ! is_check; then nft --check --file "$rules"; fi

if booted && [ -n "$changed" ] && [ -n "${CONFIRM_SECONDS:-}" ]; then
    act /usr/local/sbin/understudy-firewall-undo "$SITE" arm "$CONFIRM_SECONDS"
fi
put 0644 /etc/nftables.d/understudy.nft <"$rules" || true
rm "$rules"
if ! grep -qs '/etc/nftables.d/' /etc/nftables.conf; then
    keep /etc/nftables.conf
    if is_check; then echo "would write /etc/nftables.conf"
    else echo 'include "/etc/nftables.d/*.nft"' >>/etc/nftables.conf; fi
fi
# nftables.service clears all rules before it loads its own, so an active ufw must come later.
if [ -e /lib/systemd/system/ufw.service ] &&
    printf '[Unit]\nAfter=nftables.service\n' | put 0644 /etc/systemd/system/ufw.service.d/understudy.conf; then
    if booted; then act systemctl daemon-reload; fi
fi
systemctl is-enabled -q nftables || act systemctl enable -q nftables
if booted && [ -n "$changed" ]; then
    act nft --file /etc/nftables.d/understudy.nft
fi

# LLMNR and mDNS are for desktops; on a server they are open ports without a use.
if [ -e /lib/systemd/systemd-resolved ]; then
    if printf '[Resolve]\nLLMNR=no\nMulticastDNS=no\n' |
        put 0644 /etc/systemd/resolved.conf.d/understudy.conf; then
        if booted; then act systemctl try-restart systemd-resolved; fi
    fi
fi
