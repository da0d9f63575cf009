#!/bin/sh
# SPDX-License-Identifier: ISC
# Writes what edoc-verify says of each package of testdata/good and
# testdata/bad into DIR (default: here): NAME.json and NAME.txt.  Look at the
# difference before you check it in.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$here/expected}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
cd "$here"
export HOME=/nonexistent TZ=Asia/Dushanbe LC_ALL=C.UTF-8

for f in good/*.asice bad/*.asice; do
	name=$(basename "$f" .asice)
	for form in json txt; do
		option=--json
		[ $form = json ] || option=--explain
		status=0
		edoc-verify $option --at 2027-01-01T00:00:00Z --trust pki/root.pem \
			--trust route/trust "$f" \
			>"$dir/$name.$form" || status=$?
		# A verdict is an answer; anything else is a fault of this script.
		case $status in 0 | 1 | 2 | 65) ;; *) exit $status ;; esac
	done
done
