# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# Runs the table tests/bad/NAME.py over the fixture in $W/s; mounts that it
# makes are its own and go with it.  The last word of a test.
bad_table() { # NAME
	if unshare -m true 2>/dev/null; then
		BAD_NAMESPACE=1 unshare -m python3 -B "$SRCDIR/tests/bad/$1.py" "$W"
	else
		python3 -B "$SRCDIR/tests/bad/$1.py" "$W"
	fi
	exit $?
}
