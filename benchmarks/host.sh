#!/bin/sh
# host.sh TREE SYSTEMCTL: one host's files and its sshd, in mount and process namespaces of its own, which
# take all of this with them when they end.
#
# TREE is not changed: the host's writes stay in memory.
set -eu
hostname "$(cat "$1/etc/hostname")"
mount -t tmpfs tmpfs /mnt
mkdir /mnt/changes /mnt/work /mnt/root
mount -t overlay overlay -o "lowerdir=$1,upperdir=/mnt/changes,workdir=/mnt/work" /mnt/root
cp "$2" /mnt/root/usr/bin/systemctl
mount -t proc proc /mnt/root/proc
mount --rbind /dev /mnt/root/dev
mount -t tmpfs tmpfs /mnt/root/run
mkdir /mnt/root/run/sshd
exec chroot /mnt/root /usr/sbin/sshd -D -e
