#!/bin/sh
# host.sh TREE SYSTEMCTL: one host's files and its sshd. Runs in mount and process namespaces of its own,
# with which all of this goes.
#
# TREE stays as it is: what the host writes is kept in memory.
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
