# SPDX-License-Identifier: ISC
"""Bad input, as one table over every verb of a tool.

A row says how a verb is called when all is well.  {word} in it stands for a
good file of the fixture; the kind of that file says what may be put there
instead, and which exits that may have.  For each the tool has to end soon,
with one line that names the file, the exit, and a disk as it was before.

The fixture is folder W/s (restored from W/s0, where a run may change it).
"""
import os, random, re, resource, shutil, signal, stat, subprocess, sys, time

W = sys.argv[1]
S, PRISTINE, BAD = W + "/s", W + "/s0", W + "/bad"
SRC, PKI = os.environ["SRCDIR"], W + "/pki"
SAN = bool(os.environ.get("SAN"))
ROOT = os.getuid() == 0
NOBODY = 65534
SOON = 20 if SAN else 5
random.seed(1)

# ---- TAP

count = failed = 0


def result(good, what, why=(), todo=None):
    global count, failed
    count += 1
    print("%sok %d - %s%s" % ("" if good else "not ", count, what, " # TODO " + todo if todo else ""))
    if not good:
        failed += not todo
        for line in why:
            print("# " + line)


def skip(why):
    global count
    count += 1
    print("ok %d # SKIP %s" % (count, why))


def finish():
    print("1..%d" % count)
    sys.exit(1 if failed else 0)


# ---- bad files: SHAPE -> maker(path, good)

YAML = {
    "tabs": b"format: x\n\tkey: value\n",
    "anchors": b"a: &a [x, x]\nb: [*a, *a]\n",
    "tags": b"a: !!python/object:os.system x\n",
    "duplicate-key": b"lang: tg\nlang: ru\n",
    "unknown-key": b"frobnicate: yes\n",
    "not-utf8": b"lang: \xff\xfe\n",
    "deep": b"[" * 5000,
    "two-documents": b"lang: tg\n---\nlang: ru\n",
    "a-list": b"- x\n",
}
BYTES = {
    "empty": b"",
    "one-byte": b"P",
    "random": random.randbytes(5000),
    "nuls": bytes(5000),
}
PLACES = ["absent", "folder", "fifo", "null", "zero", "huge", "loop", "long-name", "controls", "unreadable"]
INSIDES = ("absent", "empty", "random", "nuls", "half", "folder", "fifo", "null", "zero", "huge", "loop")
WRONG = {  # a good file of another kind
    "a-package": SRC + "/testdata/good/order.asice",
    "a-key": PKI + "/zarina.pem",
    "a-certificate": PKI + "/zarina.crt",
    "a-text": PKI + "/README",
}


def keep_secret(path):
    """What others could read would be told of, beside what is tested."""
    os.chmod(path, 0o600)
    if ROOT:
        os.chown(path, NOBODY, NOBODY)


def make_bad_files():
    os.mkdir(BAD)
    for shape, data in {**YAML, **BYTES}.items():
        with open("%s/%s.x" % (BAD, shape), "wb") as f:
            f.write(data)
    os.mkdir(BAD + "/folder.x")
    os.mkfifo(BAD + "/fifo.x")
    os.symlink("loop.x", BAD + "/loop.x")
    os.symlink("/dev/null", BAD + "/null.x")
    os.symlink("/dev/zero", BAD + "/zero.x")
    with open(BAD + "/huge.x", "wb") as f:
        f.truncate(1 << 40)


def bad_file(shape, good):
    """The path of a bad file, and what a message has to call it."""
    if shape in WRONG:
        return WRONG[shape], os.path.basename(WRONG[shape])
    if shape == "absent":
        return BAD + "/absent.x", "absent.x"
    if shape == "long-name":
        return BAD + "/" + "n" * 300, "n" * 60
    if shape == "controls":
        return BAD + "/a\x1b[31m\n\u202e\x07.x", "a\\x1b[31m\\x0a"
    if shape in ("half", "unreadable", "crlf"):
        path = "%s/%s-%s.x" % (BAD, shape, os.path.basename(good))
        if os.path.isdir(good) and not os.path.exists(path):
            os.mkdir(path, 0)
        elif not os.path.exists(path):
            with open(good, "rb") as f:
                data = f.read()
            data = {"half": data[: len(data) // 2], "crlf": data.replace(b"\n", b"\r\n")}.get(shape, data)
            with open(path, "wb") as f:
                f.write(data)
            keep_secret(path)
            if shape == "unreadable":
                os.chmod(path, 0)
        return path, os.path.basename(path)
    return "%s/%s.x" % (BAD, shape), shape + ".x"


# What each kind refuses, and how.  None: what is no fault there; (): what has to
# be taken as the good file is.
def kind(bytes=65, place=65, wrong=(), yaml=None, **more):
    """bytes: a file of wrong content; place: no regular file, or too long."""
    table = {s: {bytes} for s in list(BYTES) + ["half"]}
    table.update({s: {66} for s in ("absent", "loop", "long-name", "controls", "unreadable")})
    table.update({s: {place} for s in ("folder", "fifo", "null", "zero", "huge")})
    table.update({s: {bytes} for s in wrong})
    if yaml:
        table.update({s: {yaml} for s in YAML})
    for shape, codes in more.items():
        shape = shape.replace("_", "-")
        if codes is None:
            table.pop(shape, None)
        else:
            table[shape] = {codes} if isinstance(codes, int) else set(codes)
    return table


KINDS = {
    "package": kind(wrong=("a-key", "a-text")),
    "judged": kind(wrong=("a-key", "a-text"), folder=66),
    # Any regular file is a document; one of a tebibyte is past the limit.
    "document": kind(empty=None, one_byte=None, random=None, nuls=None, half=None, controls=64),
    "xml": kind(wrong=("a-package", "a-key", "a-text")),
    # Bytes of any kind, but not without end.
    "words": kind(empty=None, one_byte=None, random=None, nuls=None, half=None),
    # What a signature may be over is any regular file.
    "any": kind(empty=None, one_byte=None, random=None, nuls=None, half=None),
    "sealed": kind(wrong=("a-package", "a-key", "a-text")),
    "data": kind(empty=None, one_byte=None, random=None, nuls=None, half=None, huge=None),
    "card": kind(yaml=65, half=None, crlf=(), wrong=("a-package", "a-certificate")),
    "policy": kind(yaml=65, half=None, crlf=(), wrong=("a-package", "a-certificate")),
    "conf": kind(bytes=78, place=78, yaml=78, wrong=("a-package", "a-certificate"), empty=None, half=None, crlf=(),
                 absent={66, 78}, loop={66, 78}, long_name={66, 78}, controls={66, 78}, unreadable={66, 78}),
    "key": kind(wrong=("a-package", "a-certificate", "a-text"), empty=65),
    # Half of a library is the loader's own business: it may end the program.
    "module": kind(half=None, wrong=("a-package", "a-key", "a-text")),
    "request": kind(crlf=(), wrong=("a-package", "a-key", "a-text")),
    "value": kind(huge={65, 75}, wrong=("a-package", "a-key", "a-certificate", "a-text")),
    # A file with key and certificate will do: only that is read.
    "public": kind(crlf=(), wrong=("a-package", "a-text")),
    "cert": kind(crlf=(), wrong=("a-package", "a-key", "a-text")),
    "chain": kind(crlf=(), wrong=("a-package", "a-text")),
    "trust": kind(crlf=(), wrong=("a-package", "a-text"), folder={0, 65, 66}),
    "signers": kind(wrong=("a-package", "a-text"), folder=66),
    "cache": {w: {73} for w in ("empty", "fifo", "null", "zero", "loop", "long-name", "huge")},
    "tsl": kind(wrong=("a-package", "a-certificate", "a-text")),
    "list": kind(crlf=(), empty=66, one_byte=None, half=None, null=66, fifo=66, wrong=("a-package", )),
    "list0": kind(empty=66, one_byte=None, random=None, half=None, null=66, fifo=66),
    "pass": kind(crlf=(), bytes=77, nuls=65, null=77, fifo=77),
    "route": kind(yaml=65, half=None, crlf=(), wrong=("a-package", "a-certificate")),
    # Where to write, with -f: over a regular file or nothing.
    "output": {w: {73} for w in ("folder", "fifo", "null", "zero", "loop", "long-name")},
    "place": {w: {73} for w in ("empty", "fifo", "null", "zero", "loop", "long-name", "huge")},
    # A folder of ours: an empty one and any file are none.
    "anchors": {**kind(bytes=66, place=66, half=None), "folder": {0}},
    # One that remembers challenges: any folder will do for a new one, and knows no old one.
    "box": {**kind(bytes=66, place=66, half=None), "folder": {0}},
    "mybox": {**kind(bytes=66, place=66, half=None), "folder": {1}},
    "made": {w: {73} for w in ("empty", "folder", "fifo", "null", "zero", "huge", "loop", "long-name")},
    "answer": kind(wrong=("a-package", "a-key", "a-text", "a-certificate")),
    "folder": {**kind(bytes=66, place=66, half=None), "folder": {65, 66}},
}
# Where the message is about something else: the items of the list, the key.
NAMELESS = {"list": ("random", "a-package"), "pass": [s for s, codes in KINDS["pass"].items() if codes == {77}]}

# ---- runs


class Ran:
    def __init__(self, argv, user=None, stdout=subprocess.PIPE, limits=(), shell=None, soon=SOON):
        def child():
            resource.setrlimit(resource.RLIMIT_CORE, (1 << 30, 1 << 30))
            for what, most in limits:
                resource.setrlimit(what, (most, most))

        as_user = {"user": user, "group": user, "extra_groups": []} if user and ROOT else {}
        full_env = {**os.environ, "HOME": S + "/home", "TMPDIR": S}
        if shell:
            argv = ["sh", "-c", '"$@" ' + shell, "sh"] + argv
        start = time.monotonic()
        p = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE, cwd=S,
                             env=full_env, preexec_fn=child, **as_user)
        self.hung = False
        try:
            out, err = p.communicate(timeout=soon)
        except subprocess.TimeoutExpired:
            self.hung = True
            p.kill()
            out, err = p.communicate()
        self.seconds = time.monotonic() - start
        self.exit, self.out, self.err, self.argv = p.returncode, out or b"", err, argv

    def story(self):
        show = lambda b: b[:600].decode("utf-8", "backslashreplace").splitlines()[:6]
        return (["$ " + " ".join(repr(a)[1:-1][:120] for a in self.argv),
                 "exit %d after %.1f s" % (self.exit, self.seconds)] +
                ["out: " + l for l in show(self.out)] + ["err: " + l for l in show(self.err)])


def listing(top=W):
    """All files below: a change of bytes, mode or name shows."""
    seen = {}
    for folder, folders, files in os.walk(top):
        for name in folders + files:
            path = folder + "/" + name
            st = os.lstat(path)
            # A folder's time may change by a file that came and went.
            seen[path] = (st.st_mode, st.st_ino) + (
                () if stat.S_ISDIR(st.st_mode) else (st.st_size, st.st_mtime_ns))
    return seen


def changes(before, after):
    all = (["new: " + p for p in after if p not in before] + ["gone: " + p for p in before if p not in after] +
           ["changed: " + p for p in after if p in before and after[p] != before[p]])
    return all if len(all) < 5 else all[:4] + ["... %d in all" % len(all)]


CONTROL = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]")


def faults(tool, ran, codes, named=None, judged=False, many=False):
    """What is wrong with how a tool refused."""
    wrong = []
    if ran.hung:
        return ["hangs"]
    if ran.exit < 0:
        wrong.append("killed by " + signal.Signals(-ran.exit).name)
    elif ran.exit not in codes:
        wrong.append("exit %d, expected %s" % (ran.exit, sorted(codes)))
    lines, told = ran.err.splitlines(), ran.err
    if ran.exit == 64 and len(lines) == 2 and lines[1].startswith(b'Try "'):
        lines.pop()
    if judged and not lines and ran.out:
        told, lines = ran.out, ran.out.splitlines()[:1]
    elif any(not l.startswith(tool.encode() + b": ") for l in lines):
        wrong.append("a line does not begin with the tool's name")
    if ran.exit != 0 and len(lines) != 1 and not (many and lines):
        wrong.append("%d lines instead of one" % len(lines))
    if CONTROL.search(ran.err) or CONTROL.search(ran.out):
        wrong.append("control characters")
    if ran.exit != 0 and named and named.encode() not in told:
        wrong.append("does not name " + named)
    return wrong


# ---- the table

class Row:
    """line: the verb and its arguments, which end with exit good.
    files: {word} -> kind.    only: (word, shape) -> exits, instead.
    writes: it changes the disk.    prints: it says something when all is well.
    judged: what it refuses is a result, on stdout, that begins with the name.
    again: 74 may leave a part done, and the same line then does the rest.
    keeps: a folder where it lays what it refuses.
    light: only for bad input.
    many: it does one thing after the other, and tells of each that failed.
    room: what it writes needs some; a name alone does not.
    todo: word, (word, shape) or condition -> the known defect."""

    def __init__(self, line, files=(), good=0, only=(), writes=False, prints=True, judged=False, again=False,
                 keeps=None, light=False, room=True, todo=(), many=False):
        self.line, self.good, self.writes, self.prints = line.split(), good, writes, prints
        self.judged, self.again, self.keeps, self.light, self.room = judged, again, keeps, light, room
        self.many = many
        self.files, self.only, self.todo = dict(files), dict(only), dict(todo)


# As help calls the arguments of options; a new word is taken for a file.
TAKES_NO_FILE = {"KIND", "K", "ROLE", "C", "VAR", "LANG", "WHEN", "TIME", "FORM", "NAME", "TERM", "ID", "ZONE", "TEXT", "STEP",
                 "REASON", "LINE", "AGE", "N", "LEVEL", "URL", "TSA", "WHOM", "DAY", "YEAR"}


class Table:
    def __init__(self, tool, good, rows):
        self.tool, self.good, self.rows = tool, good, rows
        self.known = set()

    def argv(self, row, **bad):
        fill = {**self.good, **bad}
        return [self.tool] + [re.sub(r"\{(\w+)\}", lambda m: fill[m.group(1)], w) for w in row.line]

    def restore(self):
        for name in os.listdir(S):
            path = S + "/" + name
            shutil.rmtree(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)
        subprocess.run(["cp", "-a", PRISTINE + "/.", S], check=True)

    def name(self, row):
        return " ".join([self.tool] + row.line)

    # Each verb that help lists has a row, and each option that takes a file has
    # one in which that file is bad.
    def complete(self, verbs):
        helped = re.findall(r"^  ([a-z]+)  ", subprocess.run(
            [self.tool, "--help"], stdout=subprocess.PIPE, check=True).stdout.decode(), re.M) if verbs else []
        have = {r.line[0] for r in self.rows}
        for verb in helped:
            result(verb in have, "%s %s has a row" % (self.tool, verb))
        if verbs:
            result(len(helped) > 3, "help lists the verbs")
        for verb in helped or [None]:
            told = subprocess.run([self.tool, "help", verb] if verb else [self.tool, "--help"],
                                  stdout=subprocess.PIPE, check=True).stdout.decode()
            lines = [" ".join(r.line) for r in self.rows if verb in (None, r.line[0])]
            spoilt = [set(r.files) for r in self.rows if verb in (None, r.line[0])]
            for letter, name, what in re.findall(r"^ +(?:-(\w), )?--([a-z0-9-]+) ([A-Z][\w.]*)", told, re.M):
                if what.rstrip(".") in TAKES_NO_FILE:
                    continue
                option = r"(?:--%s%s) \{(\w+)\}" % (name, "|-" + letter if letter else "")
                found = any(w in words for line, words in zip(lines, spoilt) for w in re.findall(option, line))
                result(found, "%s: a row has a bad --%s %s" % (verb or self.tool, name, what))

    def good_runs(self):
        for row in self.rows:
            ran = Ran(self.argv(row))
            result(ran.exit == row.good and (row.good > 2 or not ran.err), "%s: all is well" % self.name(row), ran.story())
            if row.writes:
                self.restore()

    def bad_inputs(self):
        before = listing()
        for row in self.rows:
            for word, what in row.files.items():
                for shape, codes in KINDS[what].items():
                    if shape in ("half", "crlf") and os.path.isdir(self.good[word]):
                        continue
                    before = self.one(row, word, what, shape, row.only.get((word, shape), codes) or {row.good},
                                      before)

    def one(self, row, word, what, shape, codes, before):
        label = "%s: %s: %s" % (self.name(row), word, shape)
        if shape == "unreadable" and not nobody_runs(self.tool):
            skip(label + ": another user cannot run the tool here")
            return before
        path, named = bad_file(shape, self.good[word])
        if shape in ("half", "unreadable", "crlf"):
            before = listing()
        todo = row.todo.get((word, shape), row.todo.get(word))
        ran = Ran(self.argv(row, **{word: path}), user=NOBODY if shape == "unreadable" else None,
                  soon=1 if todo else SOON)
        nameless = shape in NAMELESS.get(what, ())
        wrong = []
        if ran.exit != row.good or row.good not in codes:
            wrong = faults(self.tool, ran, codes, None if nameless else named, row.judged, nameless)
        after = listing()
        if ran.exit == row.good and row.good in codes and row.writes:
            self.restore()
            after = listing()
        else:
            wrong += [c for c in changes(before, after) if not row.keeps or row.keeps not in c]
        exact = (word, shape) in row.todo  # of a word's shapes some are no defect
        result(not wrong, label, wrong + ran.story(), todo if wrong or exact else None)
        if changes(before, after):
            self.restore()
            after = listing()
        return after

    def insides(self, folder, files, shapes=INSIDES, may_change="\0"):
        """What stands in a folder of ours is bad input too.  files: {path in S:
        (verbs, exits, what may be named)}; a verb's first row with {folder}."""
        first = {}
        for row in self.rows:
            if folder in row.line:
                first.setdefault(row.line[0], row)
        for path, (verbs, codes, names) in files.items():
            with open(S + "/" + path, "rb") as f:
                data = f.read()
            for shape in list(shapes) + (list(YAML) if path.endswith(".yaml") else []):
                place = "%s/%s" % (S, path)
                os.unlink(place)
                if shape == "half":
                    with open(place, "wb") as f:
                        f.write(data[: len(data) // 2])
                elif shape != "absent":
                    os.symlink("%s/%s.x" % (BAD, shape), place)
                before = listing()
                for row in [first[v] for v in verbs]:
                    ran = Ran(self.argv(row))
                    wrong = faults(self.tool, ran, codes, judged=row.judged)
                    wrong += [c for c in changes(before, listing()) if may_change not in c]
                    if not any(n.encode() in ran.err + ran.out for n in names):
                        wrong.append("names none of " + " ".join(names))
                    result(not wrong, "%s: %s is %s" % (self.name(row), path, shape), wrong + ran.story(),
                           row.todo.get((path, shape)))
                    if changes(before, listing()):
                        before = listing()
                self.restore()

    def left(self, row, ran, changed):
        """What is wrong with what a run that could not write has left."""
        if ran.exit == row.good or not changed:
            return []
        if not row.again or (ran.exit != 74 and not row.many):
            return changed
        ran = Ran(self.argv(row))
        return [] if ran.exit == row.good else ["the same line again:"] + ran.story()

    # ---- descriptors and limits

    def descriptors(self):
        for row in self.heavy():
            name = self.name(row)
            if row.prints:
                with open("/dev/full", "wb") as full:
                    ran = Ran(self.argv(row), stdout=full)
                wrong = faults(self.tool, ran, {74})
                result(not wrong, name + ": a full stdout", wrong + ran.story(), row.todo.get("full-stdout"))
                self.after(row)
                ran = Ran(self.argv(row), shell=">&-")
                wrong = faults(self.tool, ran, {74})
                result(not wrong, name + ": a closed stdout", wrong + ran.story(), row.todo.get("closed-stdout"))
                self.after(row)
            ran = Ran(self.argv(row), shell="<&-")
            result(ran.exit == row.good, name + ": a closed stdin", ran.story())
            self.after(row)
            ran = Ran(self.argv(row), shell="2>&-")
            result(ran.exit == row.good, name + ": a closed stderr", ran.story())
            self.after(row)

    def heavy(self):
        return [r for r in self.rows if not r.light]

    def after(self, row):
        if row.writes:
            self.restore()

    def limits(self):
        for row in self.heavy():
            before = listing()
            for what, most, name in ((resource.RLIMIT_NOFILE, 8, "8 descriptors"),
                                     (resource.RLIMIT_NOFILE, 4, "4 descriptors"),
                                     (resource.RLIMIT_FSIZE, 700, "files of 700 bytes")):
                if what == resource.RLIMIT_FSIZE and not row.writes:
                    continue
                # The library's own loading wants descriptors before main().
                ran = Ran(self.argv(row), limits=[(what, most)])
                wrong = [] if ran.exit == row.good else faults(self.tool, ran, {66, 73, 74}, judged=row.judged, many=row.many)
                wrong += self.left(row, ran, changes(before, listing()))
                result(not wrong, "%s: %s" % (self.name(row), name), wrong + ran.story(), row.todo.get(name))
                if row.writes:
                    self.restore()
                    before = listing()

    def masks(self):
        for row in self.rows:
            if not row.writes or row.light:
                continue
            before = listing(S)
            for mask in ("077", "000"):
                ran = Ran(["sh", "-c", 'umask %s; exec "$@"' % mask, "sh"] + self.argv(row))
                wrong = [] if ran.exit == row.good else ["exit %d" % ran.exit]
                for path, (mode, *_) in listing(S).items():
                    if path in before or not stat.S_ISREG(mode):
                        continue
                    with open(path, "rb") as f:
                        secret = b"PRIVATE KEY" in f.read()
                    if (mask == "077" or secret) and mode & 0o077:
                        wrong.append("%s: mode %o" % (path, mode & 0o777))
                result(not wrong, "%s: umask %s" % (self.name(row), mask), wrong + ran.story(),
                       row.todo.get("umask " + mask))
                self.restore()

    # ---- disks

    def disks(self):
        rows = [r for r in self.heavy() if r.writes]
        if not rows:
            return
        if not can_mount():
            skip("no right to mount: %s on read-only and full disks" % self.tool)
        else:
            for row in rows:
                self.on_disk(row, "a read-only mount", {73, 74}, lambda: mount("-o", "remount,ro", S))
                for room in (0, 1, 2, 4, 16):
                    self.on_disk(row, "a disk with %d pages left" % room,
                                 {73, 74} if room == 0 and row.room else {row.good, 73, 74}, lambda: fill(room))
        if not nobody_runs(self.tool):
            skip("another user cannot run %s here" % self.tool)
            return
        for row in rows:
            for folder, folders, files in os.walk(S):
                os.chmod(folder, 0o555)
            before = listing()
            ran = Ran(self.argv(row), user=NOBODY)
            wrong = faults(self.tool, ran, {73, 74}, many=row.many) + changes(before, listing())
            result(not wrong, self.name(row) + ": folders of mode 555", wrong + ran.story(), row.todo.get("mode 555"))
            for folder, folders, files in os.walk(S):
                os.chmod(folder, 0o755)
            self.restore()

    def on_disk(self, row, what, codes, spoil):
        mount("-t", "tmpfs", "-o", "size=24m", "none", S)
        try:
            subprocess.run(["cp", "-a", PRISTINE + "/.", S], check=True)
            spoil()
            before = listing(S)
            ran = Ran(self.argv(row))
            wrong = [] if ran.exit == row.good and row.good in codes else faults(self.tool, ran, codes, many=row.many)
            changed = changes(before, listing(S))
            if changed and ran.exit == 74:
                mount("-o", "remount,size=64m", S)
            wrong += self.left(row, ran, changed)
            result(not wrong, "%s: %s" % (self.name(row), what), wrong + ran.story(), row.todo.get(what))
        finally:
            subprocess.run(["umount", S], check=True)

    def all(self, verbs=True):
        self.complete(verbs)
        self.good_runs()
        self.bad_inputs()
        self.descriptors()
        self.limits()
        self.masks()
        self.disks()


# ---- rights

def mount(*args):
    subprocess.run(["mount", *args], check=True, stderr=subprocess.DEVNULL)


def fill(pages):
    """Leaves so many pages of the tmpfs on S."""
    with open(S + "/room", "wb") as f:
        f.write(bytes(4096 * pages))
    with open(S + "/filler", "wb", buffering=0) as f:
        try:
            while True:
                f.write(bytes(1 << 16))
        except OSError:
            pass
        try:
            while True:
                f.write(bytes(4096))
        except OSError:
            pass
    os.unlink(S + "/room")


def can_mount():
    if not ROOT or os.environ.get("BAD_NAMESPACE") != "1":
        return False
    try:
        mount("-t", "tmpfs", "none", S)
        subprocess.run(["umount", S], check=True)
        return True
    except (OSError, subprocess.CalledProcessError):
        return False


def nobody_runs(tool, known={}):
    """Whether a user without rights can run the tool (root reads mode 000)."""
    if tool not in known:
        try:
            known[tool] = Ran([tool, "--version"], user=NOBODY).exit == 0
        except (OSError, subprocess.SubprocessError):
            known[tool] = False
    return known[tool]


def prepare():
    """S is the fixture; to all users, as far as it is ours to say."""
    shutil.copytree(SRC + "/testdata/pki", PKI)
    for name in ("to.pem", "locked.key"):
        if os.path.exists(S + "/" + name):
            os.chmod(S + "/" + name, 0o600)
    subprocess.run(["cp", "-a", S, PRISTINE], check=True)
    make_bad_files()
    for folder, _, names in os.walk(PKI):
        for name in names:
            os.chmod(os.path.join(folder, name), 0o600)
    if ROOT:
        for top in (S, PRISTINE, BAD, PKI):
            subprocess.run(["chown", "-hR", "%d:%d" % (NOBODY, NOBODY), top], check=True)
        os.chmod(W, 0o755)
