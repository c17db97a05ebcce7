# The verb outgoing-off of understudy-site.
put 0644 /usr/local/lib/understudy/site/outgoing <<'VERBS' || true
# shellcheck shell=sh

# For every user, because a mail server has its own. Answers to connections from outside still go out;
# a connection that was opened from here before ends: it may lead to a mail server. The rules have a
# table and a file of their own, apart from those of provisioning.
outgoing_off() {
    lock
    rules=/etc/nftables.d/understudy-outgoing.nft
    make_work
    # Where the database is another host's: /srv/SITE/shared/database-login, which only root writes.
    database=$(sed -n 's/^PGHOST="\([0-9A-Fa-f.:]*\)"$/\1/p' "/srv/$site/shared/database-login" 2>/dev/null || true)
    case $database in
    '') to_database= ;;
    *:*) to_database="ip6 daddr $database tcp dport 5432 accept" ;;
    *) to_database="ip daddr $database tcp dport 5432 accept" ;;
    esac
    cat >"$work/rules" <<NFT
table inet understudy_outgoing
delete table inet understudy_outgoing
table inet understudy_outgoing {
    chain output {
        type filter hook output priority filter; policy accept;
        oif lo accept
        ct direction reply accept
        meta l4proto { icmp, ipv6-icmp } accept
        udp dport { 53, 67, 123, 547 } accept
        tcp dport 53 accept${to_database:+
        $to_database}
        reject
    }
}
NFT
    # The next boot reads them from here.
    install -m 0644 "$work/rules" "$rules"
    sync "$rules"
    nft --file "$rules"
}
VERBS
