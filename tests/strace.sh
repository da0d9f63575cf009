# SPDX-License-Identifier: ISC
# shellcheck shell=sh
# For sweeps over system calls, sourced after tests/lib.sh: where strace(1) may
# not trace, the file is skipped as a whole.

[ -z "$SAN" ] || {
	echo "1..0 # SKIP strace and sanitizers do not mix"
	exit 0
}
strace -o /dev/null true 2>/dev/null || {
	echo "1..0 # SKIP strace may not trace here"
	exit 0
}

# What "strace -f -o FILE" wrote as "call n", a line each: strace counts
# "when=" for each call's name in each thread.  From where something in dir/
# was touched first, without the calls that are about memory alone.
points() { # FILE
	awk '{
		pid = $1
		sub(/^[0-9]* */, "")
		if ($0 !~ /^[a-z0-9_]+\(/) next
		call = $0
		sub(/\(.*/, "", call)
		k = ++count[pid, call]
		if (index($0, "\"dir/")) seen = 1
		if (seen && call !~ /^(exit|exit_group|execve|clone3?|mmap|mprotect|munmap|brk|madvise|futex)$/ && !done[call, k]++)
			print call, k
	}' "$1"
}
