/* SPDX-License-Identifier: ISC */
/*
 * The fences, outermost last: resource limits, Landlock (kernel 5.13), a
 * seccomp filter (x86-64, aarch64).  What is not allowed answers EACCES and
 * kills nobody: libraries that look for an optional file go on without it.
 */
#include "door/box.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "base/limits.h"
#include "door/crypto.h"
#include "door/xml.h"

/* Route ledgers name zones of tzdata; the only files a box may read. */
#define ZONES "/usr/share/zoneinfo"

/* A sanitizer opens files, and its shadow takes terabytes of address space. */
#ifdef ED_INSTRUMENTED
enum { INSTRUMENTED = 1 };
#else
enum { INSTRUMENTED = 0 };
#endif

/* ---- warm ---- */

void ed_box_warm(void)
{
	static const char tiny[] = "<a/>";
	struct ed_xml *xml = NULL;
	struct edoc_error err = {0};
	char text[64];

	tzset();
	(void)ed_crypto_context();
	if (ed_xml_parse(tiny, sizeof(tiny) - 1, "", sizeof(tiny), &xml, &err) == EDOC_OK)
		ed_xml_free(xml);
	(void)ed_fail(&err, EDOC_ERR_MEMORY, "", "out of memory"); /* the catalogue */
	/* GNU's gives a pointer, which may be into the catalogue. */
	if (!strerror_r(EACCES, text, sizeof(text)))
		errno = 0;
}

/* ---- Landlock, by its system calls: no library has them ---- */

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif
#define LANDLOCK_VERSION 1u
#define LANDLOCK_PATH_BENEATH 1
#define LANDLOCK_READ_FILE ((uint64_t)1 << 2)

struct landlock_rules {
	uint64_t fs, net, scoped;
};

struct landlock_beneath {
	uint64_t allowed;
	int32_t fd;
} __attribute__((packed));

/* The version of the kernel's Landlock; 0: it has none. */
static int landlock_version(void)
{
	long abi = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* Everything that this version knows, and how much of the struct it reads. */
static struct landlock_rules everything(int abi, size_t *size)
{
	struct landlock_rules rules = {.fs = 0x1fff};

	*size = sizeof(rules.fs);
	if (abi >= 2)
		rules.fs |= 1u << 13; /* refer */
	if (abi >= 3)
		rules.fs |= 1u << 14; /* truncate */
	if (abi >= 4) {
		rules.net = 0x3; /* bind, connect */
		*size = offsetof(struct landlock_rules, scoped);
	}
	if (abi >= 5)
		rules.fs |= 1u << 15; /* ioctl of devices */
	if (abi >= 6) {
		rules.scoped = 0x3; /* abstract sockets, signals */
		*size = sizeof(rules);
	}
	return rules;
}

/* Whether no file but those of tzdata can be opened from now on. */
static bool landlock(void)
{
	size_t size;
	int abi = landlock_version(), ruleset, zones;
	struct landlock_rules rules = everything(abi, &size);
	bool done;

	if (!abi)
		return false;
	ruleset = (int)syscall(__NR_landlock_create_ruleset, &rules, size, 0);
	if (ruleset < 0)
		return false;
	zones = open(ZONES, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (zones >= 0) {
		struct landlock_beneath beneath = {LANDLOCK_READ_FILE, zones};

		(void)syscall(__NR_landlock_add_rule, ruleset, LANDLOCK_PATH_BENEATH, &beneath, 0);
		close(zones);
	}
	done = !syscall(__NR_landlock_restrict_self, ruleset, 0);
	close(ruleset);
	return done;
}

/* ---- seccomp ---- */

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE

static const int allowed[] = {
        /* what came by descriptor, and the way back */
        SYS_read, SYS_readv, SYS_pread64, SYS_write, SYS_writev, SYS_lseek, SYS_fstat, SYS_close,
        SYS_dup, SYS_recvmsg, SYS_sendmsg, SYS_recvfrom, SYS_sendto, SYS_ppoll, SYS_memfd_create,
#ifdef SYS_poll
        SYS_poll,
#endif
#ifdef SYS_newfstatat
        SYS_newfstatat,
#endif
        /* memory */
        SYS_brk, SYS_munmap, SYS_mremap, SYS_madvise,
        /* a thread beside the first (base/pump), and its end */
        SYS_futex, SYS_set_robust_list, SYS_rseq, SYS_sched_yield, SYS_sched_getaffinity, SYS_exit,
        SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask, SYS_rt_sigreturn, SYS_sigaltstack,
        SYS_restart_syscall,
        /* the rest of libc's habits */
        SYS_getrandom, SYS_clock_gettime, SYS_clock_nanosleep, SYS_gettimeofday, SYS_getpid,
        SYS_gettid, SYS_sysinfo, SYS_uname};
#define N_ALLOWED (sizeof(allowed) / sizeof(allowed[0]))

#define NR offsetof(struct seccomp_data, nr)
#define ARCH offsetof(struct seccomp_data, arch)
/* The low half of an argument (both machines are little endian). */
#define ARG(i) offsetof(struct seccomp_data, args[i])
#define LOAD(k) ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (k)))
#define IF(op, k, yes, no) ((struct sock_filter)BPF_JUMP(BPF_JMP | (op) | BPF_K, (k), (yes), (no)))
#define RETURN(k) ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, (k)))
#define DENY RETURN(SECCOMP_RET_ERRNO | EACCES)
#define ALLOW RETURN(SECCOMP_RET_ALLOW)

struct program {
	struct sock_filter code[3 * N_ALLOWED + 64];
	unsigned short n;
};

static void put(struct program *p, struct sock_filter step)
{
	p->code[p->n++] = step;
}

/* The call `nr` is allowed when its argument i has none of these bits ... */
static void without(struct program *p, int nr, int i, uint32_t bits)
{
	put(p, IF(BPF_JEQ, (uint32_t)nr, 0, 4));
	put(p, LOAD(ARG(i)));
	put(p, IF(BPF_JSET, bits, 0, 1));
	put(p, DENY);
	put(p, ALLOW);
}

/* ... when it is this. */
static void equal(struct program *p, int nr, int i, uint32_t value)
{
	put(p, IF(BPF_JEQ, (uint32_t)nr, 0, 4));
	put(p, LOAD(ARG(i)));
	put(p, IF(BPF_JEQ, value, 1, 0));
	put(p, DENY);
	put(p, ALLOW);
}

static void fcntl_commands(struct program *p)
{
	put(p, IF(BPF_JEQ, SYS_fcntl, 0, 6));
	put(p, LOAD(ARG(1)));
	put(p, IF(BPF_JEQ, F_GETFL, 2, 0));
	put(p, IF(BPF_JEQ, F_GETFD, 1, 0));
	put(p, IF(BPF_JEQ, F_DUPFD_CLOEXEC, 0, 1));
	put(p, ALLOW);
	put(p, DENY);
}

/* A thread is a process that shares its group; clone3's flags lie in memory
 * where a filter cannot look: without it libc takes clone. */
static void threads(struct program *p)
{
	put(p, IF(BPF_JEQ, SYS_clone3, 0, 1));
	put(p, RETURN(SECCOMP_RET_ERRNO | ENOSYS));
	put(p, IF(BPF_JEQ, SYS_clone, 0, 4));
	put(p, LOAD(ARG(0)));
	put(p, IF(BPF_JSET, CLONE_THREAD, 1, 0));
	put(p, DENY);
	put(p, ALLOW);
}

static void write_program(struct program *p, bool fenced)
{
	put(p, LOAD(ARCH));
	put(p, IF(BPF_JEQ, MACHINE, 1, 0));
	put(p, DENY);
	put(p, LOAD(NR));
	put(p, IF(BPF_JGE, 0x40000000, 0, 1)); /* the calls of x32 */
	put(p, DENY);
	for (size_t i = 0; i < N_ALLOWED; i++) {
		put(p, IF(BPF_JEQ, (uint32_t)allowed[i], 0, 1));
		put(p, ALLOW);
	}
	without(p, SYS_mmap, 2, PROT_EXEC);
	without(p, SYS_mprotect, 2, PROT_EXEC);
	equal(p, SYS_tgkill, 0, (uint32_t)getpid()); /* of abort */
	fcntl_commands(p);
	threads(p);
	if (fenced) /* Landlock says which */
		without(p, SYS_openat, 2, O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | O_PATH);
	put(p, DENY);
}

static bool filter(bool fenced)
{
	struct program p = {.n = 0};
	struct sock_fprog prog = {.filter = p.code};

	write_program(&p, fenced);
	prog.len = p.n;
	return !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0);
}

static bool has_filter(void)
{
	return prctl(PR_GET_SECCOMP, 0, 0, 0, 0) >= 0;
}

#else

static bool filter(bool fenced)
{
	(void)fenced;
	return false;
}

static bool has_filter(void)
{
	return false;
}

#endif

/* ---- descriptors and limits ---- */

static int compare(const void *a, const void *b)
{
	return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

/* Closes all but 0 to 2 and the kept ones; *highest is the last of those. */
static bool close_others(const struct ed_box *box, int *highest)
{
	int keep[ED_MAX_BOX_KEEP];
	unsigned next = 3;

	if (box->n_keep > ED_MAX_BOX_KEEP)
		return false;
	if (box->n_keep) {
		memcpy(keep, box->keep, box->n_keep * sizeof(keep[0]));
		qsort(keep, box->n_keep, sizeof(keep[0]), compare);
	}
	for (size_t i = 0; i < box->n_keep; i++) {
		if (keep[i] < (int)next)
			continue;
		if (keep[i] > (int)next && close_range(next, (unsigned)keep[i] - 1, 0))
			return false;
		next = (unsigned)keep[i] + 1;
	}
	*highest = (int)next - 1;
	return !close_range(next, ~0u, 0);
}

/* What a worker prints nobody has looked at. */
static bool silence(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	bool done = null >= 0;

	for (int fd = 0; done && fd <= (INSTRUMENTED ? 1 : 2); fd++)
		done = dup2(null, fd) == fd;
	if (null > 2)
		close(null);
	return done;
}

static bool limit(int what, uint64_t most)
{
	struct rlimit now, want = {most, most};

	/* A lower one of the administrator's stands. */
	if (!getrlimit((__rlimit_resource_t)what, &now) && now.rlim_max < want.rlim_max)
		want.rlim_cur = want.rlim_max = now.rlim_max;
	return !setrlimit((__rlimit_resource_t)what, &want);
}

static bool limits(const struct ed_box *box, int highest)
{
	if (!INSTRUMENTED && !limit(RLIMIT_AS, box->memory))
		return false;
	/* Nothing can be opened for writing; memfd_create(2) is for pins. */
	return limit(RLIMIT_FSIZE, ED_MAX_BOX_FILE) && limit(RLIMIT_CORE, 0) &&
	       limit(RLIMIT_NOFILE, (uint64_t)highest + 1 + ED_MAX_BOX_OPEN) &&
	       limit(RLIMIT_MEMLOCK, 0) && limit(RLIMIT_MSGQUEUE, 0);
}

enum edoc_code ed_box_enter(const struct ed_box *box, struct edoc_error *err)
{
	bool fenced = false, filtered = false;
	int highest = 2;

	if (!silence() || !close_others(box, &highest) || !limits(box, highest) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return ed_fail_errno(err, EDOC_ERR_IO, "", "cannot make a box");
	(void)signal(SIGXFSZ, SIG_IGN);
	if (INSTRUMENTED)
		return EDOC_OK;
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	fenced = landlock();
	filtered = filter(fenced);
	/* Without a filter nothing else keeps a worker from forking. */
	if (!filtered && !limit(RLIMIT_NPROC, 0))
		return ed_fail_errno(err, EDOC_ERR_IO, "", "cannot make a box");
	return EDOC_OK;
}

void ed_box_text(char out[ED_BOX_TEXT])
{
	bool filtered = !INSTRUMENTED && has_filter();
	int abi = INSTRUMENTED ? 0 : landlock_version();

	if (filtered && abi)
		(void)snprintf(out, ED_BOX_TEXT, "seccomp, Landlock %d", abi);
	else if (abi)
		(void)snprintf(out, ED_BOX_TEXT, "Landlock %d", abi);
	else
		(void)snprintf(out, ED_BOX_TEXT, "%s", filtered ? "seccomp" : "limits only");
}
