# SPDX-License-Identifier: ISC
# GNU make.  make | demo | check | lint | fuzz | bench | install
# make fuzz-smoke                 a minute of each fuzz target
# make soak                       100,000 items in one run: memory is to stay flat
# make big                        2 GiB at level LTA in under 64 MiB
# make lossy                      10,000 messages of three desks through a bad post
# make rush                       16 processes at once on one case and one book, some killed
# make fault                      kills and errors at every system call of signing, raising and routing
# make check T=tests/unit/zip.c   one test;   SAN=address,undefined | COV=1
# Local settings go in config.mk (not tracked).
-include config.mk

VERSION   = 0.1.0
SOVERSION = 0
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
LIBDIR   ?= $(PREFIX)/lib
INCDIR   ?= $(PREFIX)/include
MANDIR   ?= $(PREFIX)/share/man
DATADIR  ?= $(PREFIX)/share/edoc
LOCALEDIR ?= $(PREFIX)/share/locale

TOOLS = edoc-sign edoc-verify edoc-route edoc-archive
PKGS  = libcrypto libxml-2.0 libzip zlib yaml-0.1 jansson sqlite3
# Headers only: door/http loads its library, door/keyp11 a module, when it is wanted.
LOADED = libcurl p11-kit-1

# One source tree, many builds, each in a folder of its own.
BUILD ?= build$(if $(filter clang,$(CC)),-clang)$(if $(SAN),-san)$(if $(COV),-cov)$(if $(FUZZ),-fuzz)

CFLAGS   ?= -O2 -g
WARN      = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
            -Wwrite-strings -Wpointer-arith -Wvla -Wformat=2 -Wundef \
            -Wimplicit-fallthrough
HARDEN    = -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
            -fstack-clash-protection
HARDEN_LD = -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed
DEFS_LD   = -Wl,-z,defs

# Instrumented builds drop the hardening that would hide a bug from the tool.
ifneq ($(SAN)$(FUZZ)$(COV),)
HARDEN    = -O1 -fno-omit-frame-pointer
HARDEN_LD =
DEFS_LD   =
endif
ifdef SAN
INSTR     = -fsanitize=$(SAN) -fno-sanitize-recover=all
endif
ifdef COV
INSTR     = --coverage
endif
ifdef FUZZ
INSTR     = -fsanitize=fuzzer-no-link,address,undefined
endif

# Recursive (=): pkg-config is asked only once `deps` may have installed it.
ED_CFLAGS   = $(CFLAGS) -std=gnu11 -fPIC -fvisibility=hidden $(WARN) $(HARDEN) $(INSTR) \
              $(if $(WERROR),-Werror)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) $(LOADED) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)
ED_CPPFLAGS = $(CPPFLAGS) -Ilib $(if $(INSTR),-DED_INSTRUMENTED) -D_GNU_SOURCE -DOPENSSL_API_COMPAT=30000 \
              -DOPENSSL_NO_DEPRECATED -DEDOC_VERSION='"$(VERSION)"' \
              -DEDOC_DATADIR='"$(DATADIR)"' -DEDOC_LOCALEDIR='"$(LOCALEDIR)"' $(PKG_CFLAGS)
ED_LDFLAGS  = $(LDFLAGS) $(HARDEN_LD) $(INSTR)

LIB_C   = $(wildcard lib/*/*.c)
LIB_O   = $(LIB_C:%.c=$(BUILD)/%.o) $(BUILD)/gen/embedded.o
# cmd/edoc-sign.c and its parts cmd/sign-*.c are one tool's, the rest is shared.
PARTS_C = $(wildcard $(TOOLS:edoc-%=cmd/%-*.c))
CMD_C   = $(filter-out $(TOOLS:%=cmd/%.c) $(PARTS_C),$(wildcard cmd/*.c))
CMD_O   = $(CMD_C:%.c=$(BUILD)/%.o)
UNIT    = $(patsubst %.c,$(BUILD)/%.t,$(wildcard tests/unit/*.c))
FUZZ_C  = $(filter-out tests/fuzz/replay.c,$(wildcard tests/fuzz/*.c))
REPLAY  = $(FUZZ_C:%.c=$(BUILD)/%.t)
FUZZERS = $(FUZZ_C:tests/fuzz/%.c=$(BUILD)/fuzz-%)
EMBED   = $(wildcard profiles/policies/*.yaml profiles/cards/* profiles/signing/*.yaml \
            profiles/calendars/*.yaml)
SO      = libedoc.so.$(VERSION)
SONAME  = libedoc.so.$(SOVERSION)

LANGS   = $(patsubst cmd/po/%.po,%,$(wildcard cmd/po/*.po))
MO      = $(LANGS:%=$(BUILD)/locale/%/LC_MESSAGES/edoc.mo)

all: $(TOOLS:%=$(BUILD)/%) $(BUILD)/$(SO) $(BUILD)/edoc.pc $(MO)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ED_CPPFLAGS) $(ED_CFLAGS) -MMD -MP -c -o $@ $<

# Profiles that the library carries: a table of names and bytes.
$(BUILD)/gen/embedded.c: lib/base/embed.sh $(EMBED)
	@mkdir -p $(@D)
	sh lib/base/embed.sh $(EMBED) >$@.tmp && mv $@.tmp $@

$(BUILD)/gen/embedded.o: $(BUILD)/gen/embedded.c
	$(CC) $(ED_CPPFLAGS) $(ED_CFLAGS) -c -o $@ $<

$(BUILD)/libedoc.a: $(LIB_O)
	rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/$(SO): $(LIB_O) lib/libedoc.sym
	$(CC) -shared $(ED_LDFLAGS) -Wl,-soname,$(SONAME) $(DEFS_LD) \
	    -Wl,--version-script=lib/libedoc.sym -o $@ $(LIB_O) $(PKG_LIBS)
	ln -sf $(SO) $(BUILD)/$(SONAME)
	ln -sf $(SO) $(BUILD)/libedoc.so

parts = $(patsubst %.c,$(BUILD)/%.o,$(wildcard cmd/$(1:edoc-%=%)-*.c))
.SECONDEXPANSION:
$(TOOLS:%=$(BUILD)/%): $(BUILD)/%: $(BUILD)/cmd/%.o $$(call parts,$$(@F)) $(CMD_O) $(BUILD)/libedoc.a
	$(CC) $(ED_LDFLAGS) -pie -o $@ $^ $(PKG_LIBS)

# A tool of no use but to test the frame.
$(BUILD)/tests/cli/frame.o: ED_CPPFLAGS += -Icmd
$(BUILD)/edoc-frame: $(BUILD)/tests/cli/frame.o $(CMD_O) $(BUILD)/libedoc.a
	$(CC) $(ED_LDFLAGS) -pie -o $@ $^ $(PKG_LIBS)

# Makes what tests/bench measures.
$(BUILD)/bench-make: $(BUILD)/tests/bench/make.o $(BUILD)/libedoc.a
	$(CC) $(ED_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/bench-cases: $(BUILD)/tests/bench/cases.o $(BUILD)/libedoc.a
	$(CC) $(ED_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/bench-lt: $(BUILD)/tests/bench/lt.o
	$(CC) $(ED_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/tests/unit/%.t: $(BUILD)/tests/unit/%.o $(BUILD)/libedoc.a
	$(CC) $(ED_LDFLAGS) -o $@ $^ $(PKG_LIBS)

# A fuzz target with a main() that replays its seeds, as TAP.
$(BUILD)/tests/fuzz/%.t: $(BUILD)/tests/fuzz/%.o $(BUILD)/tests/fuzz/replay.o $(BUILD)/libedoc.a
	$(CC) $(ED_LDFLAGS) -o $@ $^ $(PKG_LIBS)

$(BUILD)/fuzz-%: $(BUILD)/tests/fuzz/%.o $(BUILD)/libedoc.a
	$(CC) $(ED_LDFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(PKG_LIBS)

# Where things will lie is written into these: another PREFIX makes them anew.
$(BUILD)/places: FORCE
	@mkdir -p $(@D)
	@echo '$(PREFIX) $(LIBDIR) $(INCDIR) $(DATADIR) $(LOCALEDIR)' >$@.tmp
	@cmp -s $@.tmp $@ && rm $@.tmp || mv $@.tmp $@
$(BUILD)/cmd/setup.o $(BUILD)/cmd/talk.o $(BUILD)/edoc.pc: $(BUILD)/places

$(BUILD)/edoc.pc: lib/edoc.pc.in Makefile
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@INCDIR@|$(INCDIR)|' \
	    -e 's|@VERSION@|$(VERSION)|' -e 's|@PKGS@|$(PKGS)|' $< >$@

# ---- languages: cmd/po/LANG.po; the tools look beside themselves first ----

$(BUILD)/locale/%/LC_MESSAGES/edoc.mo: cmd/po/%.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

# All messages, to see what a catalogue lacks: msgmerge cmd/po/tg.po build/edoc.pot
pot:
	@mkdir -p $(BUILD)
	xgettext --from-code=UTF-8 --language=C --no-location --sort-output --package-name=edoc \
	    --keyword=_ --keyword=N_ --keyword=T --keyword=tr:2 --keyword=dgettext:2 --keyword=ed_fail:4 \
	    --keyword=ed_yaml_fail:4 --keyword=tell:5 --flag=ed_fail:4:c-format -o $(BUILD)/edoc.pot \
	    $(wildcard cmd/*.c lib/*/*.c)

# ---- tests ----

deps:
	@sh tests/deps.sh

# A second make, so that pkg-config sees what deps installed.
check: deps
	@$(MAKE) --no-print-directory check-run

T ?= $(wildcard tests/unit/*.c) $(FUZZ_C) $(wildcard tests/cli/*.t tests/fault/*.t)
TESTS = $(patsubst %.c,$(BUILD)/%.t,$(T))
JOBS ?= $(shell nproc)

check-run: all $(BUILD)/edoc-frame $(filter $(BUILD)/%,$(TESTS))
	@mkdir -p $(BUILD)/tmp
	@SRCDIR="$(CURDIR)" BUILDDIR="$(abspath $(BUILD))" VERSION=$(VERSION) \
	    SAN="$(SAN)" CC="$(CC)" TMPDIR="$(abspath $(BUILD))/tmp" \
	    perl tests/run.pl -j $(JOBS) $(TESTS)

demo: deps
	@$(MAKE) --no-print-directory all
	@PATH="$(abspath $(BUILD)):$$PATH" SRCDIR="$(CURDIR)" sh tests/demo.sh $(DEMO)

fuzz:
	$(MAKE) CC=clang FUZZ=1 fuzzers
fuzzers: $(FUZZERS)
# A minute of each; a crash, hang, leak or too much memory fails.
fuzz-smoke: fuzz
	@SRCDIR="$(CURDIR)" sh tests/fuzz/smoke.sh build-clang-fuzz $(JOBS)

bench: deps
	@$(MAKE) --no-print-directory all $(BUILD)/bench-make $(BUILD)/bench-lt
	@PATH="$(abspath $(BUILD)):$$PATH" SRCDIR="$(CURDIR)" sh tests/bench/run.sh

bench-route: deps
	@$(MAKE) --no-print-directory all $(BUILD)/bench-cases
	@BUILDDIR="$(abspath $(BUILD))" SRCDIR="$(CURDIR)" sh tests/bench/route.sh

# Thrice EDOC_SOAK_N items, two of them hung for a minute: some ten minutes.
soak: deps
	@$(MAKE) --no-print-directory all
	@PATH="$(abspath $(BUILD)):$$PATH" SRCDIR="$(CURDIR)" \
	    python3 -B tests/soak.py $${EDOC_SOAK_N:-100000} 10000 hang

# Real counterparts (EU DSS, pyHanko, ...), fetched into $(BUILD)/interop: some minutes.
interop: deps
	@$(MAKE) --no-print-directory all
	@PATH="$(abspath $(BUILD)):$$PATH" SRCDIR="$(CURDIR)" BUILDDIR="$(abspath $(BUILD))" \
	    CASES="$(CASES)" sh tests/interop/run.sh

# The calendar of Uzbekistan beside npm's date-holidays.
interop-calendar: deps
	@$(MAKE) --no-print-directory $(BUILD)/edoc-route
	@SRCDIR="$(CURDIR)" BUILDDIR="$(abspath $(BUILD))" sh tests/interop/holidays.sh

# 2 GiB at level LTA: some minutes and 5 GiB of disk.
big: deps
	@EDOC_BIG=2048 $(MAKE) --no-print-directory check-run V=1 T=tests/cli/big.t

# Three desks and a bad post; EDOC_SEED=S for other mishaps: some half an hour.
lossy: deps
	@EDOC_LOSSY=$${EDOC_LOSSY:-10000} $(MAKE) --no-print-directory check-run V=1 T=tests/cli/route-lossy.t

# 16 x 1,000 numbers of one book, 16 x 50 of one case (each act proves all before it).
rush: deps
	@EDOC_RUSH=$${EDOC_RUSH:-1000} EDOC_RUSH_CASE=$${EDOC_RUSH_CASE:-50} \
	    $(MAKE) --no-print-directory check-run V=1 T=tests/cli/route-rush.t

# An hour: tests/fault at each call, not only at some.
fault: deps
	@EDOC_FAULT=all $(MAKE) --no-print-directory check-run T='$(wildcard tests/fault/*.t)'

# ---- lint ----

C_ALL = $(wildcard lib/*/*.c cmd/*.c)

lint: deps
	@$(MAKE) --no-print-directory lint-run
lint-run: lint-layers lint-text lint-warn lint-cppcheck lint-tidy lint-analyzer
	@echo "lint: clean"
lint-layers:
	sh tests/lint-layers.sh
lint-text:
	mandoc -Tlint -W warning man/*.[1-8]
	shellcheck -x -s sh $(wildcard tests/*.sh tests/cli/*.t tests/fault/*.t tests/bench/*.sh tests/interop/*.sh tests/bin/* \
	    man/*.sh testdata/*.sh testdata/*/*.sh lib/base/*.sh .ci/run)
lint-warn:
	$(MAKE) --no-print-directory BUILD=build-werror WERROR=1 all build-werror/libedoc.a
	$(MAKE) --no-print-directory BUILD=build-werror-clang CC=clang WERROR=1 \
	    HARDEN='-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3' all
lint-cppcheck:
	cppcheck --quiet --error-exitcode=1 --enable=warning,portability --inline-suppr \
	    --suppress=missingIncludeSystem -j $(JOBS) -Ilib lib cmd
lint-tidy:
	printf '%s\n' $(C_ALL) | xargs -P $(JOBS) -I{} clang-tidy --quiet {} -- $(ED_CPPFLAGS) \
	    -std=gnu11 2>/dev/null
lint-analyzer:
	$(MAKE) --no-print-directory BUILD=build-analyzer WERROR=1 CFLAGS='-O2 -fanalyzer' \
	    build-analyzer/libedoc.a $(TOOLS:%=build-analyzer/%)

# ---- install ----

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCDIR) \
	    $(DESTDIR)$(DATADIR)
	for s in 1 3 5 7; do install -d $(DESTDIR)$(MANDIR)/man$$s && \
	    for m in man/*.$$s; do [ ! -e "$$m" ] || install -m644 "$$m" $(DESTDIR)$(MANDIR)/man$$s || exit 1; done; done
	install -m755 $(TOOLS:%=$(BUILD)/%) $(DESTDIR)$(BINDIR)
	install -m755 $(BUILD)/$(SO) $(DESTDIR)$(LIBDIR)
	ln -sf $(SO) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libedoc.so
	install -m644 lib/edoc.h $(DESTDIR)$(INCDIR)
	install -m644 $(BUILD)/edoc.pc $(DESTDIR)$(LIBDIR)/pkgconfig
	cp -R profiles $(DESTDIR)$(DATADIR)/
	for l in $(LANGS); do install -d $(DESTDIR)$(LOCALEDIR)/$$l/LC_MESSAGES && \
	    install -m644 $(BUILD)/locale/$$l/LC_MESSAGES/edoc.mo \
	    $(DESTDIR)$(LOCALEDIR)/$$l/LC_MESSAGES || exit 1; done

clean:
	rm -rf build build-*

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
.PHONY: FORCE all pot deps check check-run demo fuzz fuzzers fuzz-smoke bench bench-route soak interop interop-calendar fault lossy rush big lint lint-run lint-layers lint-text \
    lint-warn lint-cppcheck lint-tidy lint-analyzer install clean
.DELETE_ON_ERROR:
.SECONDARY:
