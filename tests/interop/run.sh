#!/bin/sh
# SPDX-License-Identifier: ISC
# Real counterparts: what edoc-sign makes is judged by EU DSS, pyHanko, OpenSSL,
# xmlsec1 and unzip, and what EU DSS makes by edoc-verify; what is encrypted by one
# of OpenSSL, Bouncy Castle and edoc-sign is opened by the others (interop.py).
#
#   make interop                   the whole table; exit 1 if a cell fails
#   make interop CASES=asice-      only rows whose name holds this
#
# All that is fetched lies in build/interop: DSS and what it needs by Maven, as
# its settings.xml says, pyHanko by pip (PIP_INDEX_URL, pip.conf).  Debian's
# packages (a JDK, Maven, venv) come by apt if they are missing.
set -eu

: "${SRCDIR:?run me through make interop}" "${BUILDDIR:?}"
here=$SRCDIR/tests/interop
dir=$BUILDDIR/interop

more=
command -v javac >/dev/null || more="$more openjdk-17-jdk-headless"
command -v mvn >/dev/null || more="$more maven"
python3 -c 'import ensurepip, venv' 2>/dev/null || more="$more python3-venv"
# shellcheck disable=SC2086 # words are wanted
sh "$SRCDIR/tests/deps.sh" $more

mkdir -p "$dir"
if ! cmp -s "$here/dss/pom.xml" "$dir/pom.xml"; then
	echo "interop: fetching EU DSS by Maven into $dir"
	rm -rf "$dir/dss"
	mvn -B -q -f "$here/dss/pom.xml" -Dmaven.repo.local="$dir/m2" \
	    dependency:copy-dependencies -DoutputDirectory="$dir/dss"
	cp "$here/dss/pom.xml" "$dir/pom.xml"
fi
for name in Dss Envelope; do
	cmp -s "$here/dss/$name.java" "$dir/$name.java" && continue
	javac -Xlint:all,-processing,-serial -Werror -cp "$dir/dss/*" -d "$dir/classes" \
	    "$here/dss/$name.java"
	cp "$here/dss/$name.java" "$dir/$name.java"
done
if ! cmp -s "$here/requirements.txt" "$dir/requirements.txt"; then
	echo "interop: fetching pyHanko by pip into $dir"
	rm -rf "$dir/venv"
	python3 -m venv "$dir/venv"
	"$dir/venv/bin/pip" install -q --disable-pip-version-check -r "$here/requirements.txt"
	cp "$here/requirements.txt" "$dir/requirements.txt"
fi
exec python3 -B "$here/interop.py" "$dir" "${CASES:-}"
