#!/bin/sh
# SPDX-License-Identifier: ISC
# Installs the Debian packages that building and testing edoc needs, and those
# named, if any is missing.  Says what it does; as root directly, else through sudo.
set -eu

need="gcc make pkg-config libssl-dev libxml2-dev libzip-dev zlib1g-dev libyaml-dev libjansson-dev
libsqlite3-dev libcurl4-openssl-dev libp11-kit-dev openssl perl python3 gettext xmlsec1 libxml2-utils zip unzip jq strace
faketime softhsm2 opensc cppcheck clang clang-tidy clang-format libclang-rt-14-dev mandoc shellcheck
chromium-headless-shell fonts-dejavu-core $*"

missing=
for p in $need; do
	dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' ||
		missing="$missing $p"
done
[ -n "$missing" ] || exit 0

echo "edoc: these Debian packages are missing:$missing"
as=
if [ "$(id -u)" != 0 ]; then
	command -v sudo >/dev/null || {
		echo "edoc: not root and no sudo; as root run: apt-get install$missing" >&2
		exit 1
	}
	as=sudo
fi
echo "edoc: running: $as apt-get update && $as apt-get install -y --no-install-recommends$missing"
$as apt-get update -q
# shellcheck disable=SC2086 # words are wanted
$as env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
