step locale and time zone
# The host's own, and on a staging VM those of production.
for locale in "$LOCALE" $LOCALES; do
    case $locale in
    C.UTF-8 | C.utf8 | POSIX | C) ;;
    *)
        # dpkg also knows names of packages that are not installed.
        dpkg-query -W -f '${db:Status-Status}' locales 2>/dev/null | grep -qx installed ||
            act apt-get -q install -y --no-install-recommends locales
        localedef --list-archive 2>/dev/null | grep -qix "$(echo "$locale" | sed 's/UTF-8/utf8/')" ||
            act localedef -i "${locale%%.*}" -f UTF-8 "$locale"
        ;;
    esac
done
# Debian 13 reads /etc/locale.conf, to which /etc/default/locale is a link there.
locale_file=$(readlink -f /etc/default/locale 2>/dev/null || echo /etc/default/locale)
printf '%s\n' "LANG=$LOCALE" ${LOCALE_LINES:+"$LOCALE_LINES"} | put 0644 "$locale_file" || true

is_check || [ -e "/usr/share/zoneinfo/$TIMEZONE" ] || { echo "provision: there is no time zone '$TIMEZONE'" >&2; exit 1; }
if [ "$(readlink /etc/localtime)" != "/usr/share/zoneinfo/$TIMEZONE" ]; then
    keep /etc/localtime
    act ln -sf "/usr/share/zoneinfo/$TIMEZONE" /etc/localtime
fi
echo "$TIMEZONE" | put 0644 /etc/timezone || true
