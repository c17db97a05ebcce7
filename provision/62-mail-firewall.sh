step firewall for mail
# Where a site's mails are captured, none may leave the host: not those of an address in the app's code either.
# For all users, because a mail server has its own; and for containers, whose packets are forwarded. Refused at once,
# so that no one waits. In a table and a file of its own: the firewall's undo restores only the other ones.
mail_rules=/etc/nftables.d/understudy-mail.nft
captures_mail() {
    for file in "$own_mail" /etc/understudy/*.mail; do
        case "$file" in
        "$own_mail") [ "$MAIL" != capture ] || return 0 ;;
        *) ! grep -qsxF capture "$file" || return 0 ;;
        esac
    done
    return 1
}

changed=
if captures_mail; then
    put 0644 "$mail_rules" <<'NFT' && changed=1
table inet understudy_mail
delete table inet understudy_mail
table inet understudy_mail {
    chain output {
        type filter hook output priority filter; policy accept;
        oif lo accept
        ct direction reply accept
        tcp dport { 25, 465, 587, 2525 } reject with tcp reset
    }
    chain forward {
        type filter hook forward priority filter; policy accept;
        ct direction reply accept
        tcp dport { 25, 465, 587, 2525 } reject with tcp reset
    }
}
NFT
    if booted && ! nft list table inet understudy_mail >/dev/null 2>&1; then changed=1; fi
    if booted && [ -n "$changed" ]; then act nft --file "$mail_rules"; fi
elif exists "$mail_rules"; then
    keep "$mail_rules"
    act rm "$mail_rules"
    if booted; then act nft delete table inet understudy_mail; fi
fi
