#!/usr/bin/python3
"""Writes the seeds of the fuzz targets' corpora: corpus/<target>/seed-<name>, beside what fuzzing has found.

The inputs of the auth targets are in the encoding of FuzzInput.hxx; what they choose is in the order in which the target takes it.
Usage: make_corpus.py [folder of the corpora]
"""

import os
import struct
import sys

# What an edit of FieldEdits.cxx is.
STOP, FLIP, CUT, DROP, SWAP, DUPLICATE, EXTEND, REPLACE, INSERT = range(9)


def text(value):
    data = value if isinstance(value, bytes) else value.encode()
    if len(data) < 255:
        return bytes([len(data)]) + data
    return b"\xff" + struct.pack(">H", len(data)) + data


def fields(*values):
    return bytes([len(values)]) + b"".join(text(value) for value in values)


def string(value):
    return value.encode() + b"\0"


def number(value):
    return struct.pack(">I", value)


def message(command, *values):
    """As on the wire (protocol.md 1.1), and between the daemon's processes."""
    parts = [number(command), *values]
    return b"".join(number(len(part)) + part for part in parts) + number(0)


# --- files of text ---------------------------------------------------------------------------------------------------

DES = "ABRCL9ijBr2LY"
SHA256 = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEl8"
YESCRYPT = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7"
SECRET = "#secret:" + "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg" + "\n"

PASSWORD_FILE = {
    "good": f"# users\n\n{SECRET}alice:{SHA256}\nbob:{DES}\ncarol:{YESCRYPT}\n",
    "locked": f"alice:!{SHA256}\nbob:*\ncarol:!\ndave:!!{DES}\n",
    "lockedform": f"alice:!{SHA256}\nbob:*{DES}\n",
    "empty": "",
    "comments": "# nobody\n \t\n",
    "twins": f"alice:{DES}\nalice:{SHA256}\n",
    "secrets": SECRET + SECRET,
    "carriage": f"alice:{DES}\r\n",
    "clear": "alice:sesame\n",
    "parts": f"alice:{DES}:0\n",
    "noend": f"alice:{DES}",
    "utf8": f"j\u00f6rg:{DES}\n",
    "bcrypt": "alice:$2b$05$abcdefghijklmnopqrstuuAQy2S3YxqoUrZP8WSRDHgbSc8GKzUmi\n",
}

SHADOW_FILE = {
    "good": f"root:*:19000:0:99999:7:::\nalice:{SHA256}:19000:0:99999:7:::\n",
    "old": f"alice:{DES}:10:0:20:7:5::\nbob:{DES}:10:0:20:7::\n",
    "lastday": f"alice:{DES}:1:::::32:\nbob:{DES}:1:::::33:\ncarol:{DES}:12::20::::\ndave:{DES}:12::19::0::\n",
    "ended": f"alice:{DES}:1::::: 9:\nbob:{DES}:1:::::9:\n",
    "mustchange": f"alice:{DES}:0:0:99999:7:::\n",
    "negative": f"alice:{DES}:-1:-1:-1:-1:-1:-1:\nbob:{DES}:99999999999999999999::::::\n",
    "short": f"alice:{DES}\nbob\n:x\n+::::::::\n-carol:{DES}\n",
    "long": f"alice:{DES}:1:2:3:4:5:6:7:8\n",
    "twins": f"alice:!:1::::::\nalice:{DES}:1::::::\n",
    "locked": f"alice:!{DES}:1::::::\nbob:!!:::::::\ncarol::::::::\n",
}

CONTROL_REQUEST = {
    "status": "status",
    "reload": "reload",
    "any": "kick any alice",
    "connection": "kick connection 17",
    "user": "kick user 17",
    "address": "kick address 2001:db8::/32",
    "device": "kick device net:a b:libusb:001:002",
    "blanks": "kick  any  x ",
    "behind": "status now",
    "nobody": "kick user ",
    "control": "kick any a\tb\x7f",
    "long": "kick any " + 1024 * "x",
}

CLIENT_LOGINS = {
    "credentials": '# comment\nalpha user=anna password="a b#c:d" # rest\r\n\nalpha:7000 user="jo smith"\n'
    "\tunix:/run/n.sock  password=x user=eve\n[2001:db8::1]:6576 user=six password=p=q\nalpha user=bert password=second",
    "pass": "anna:secret:netsane:alpha\nanna:sec:ret:netsane:alpha\nbert:x:netsane:alpha:6576\r\n#c\nanna::netsane:alpha\n",
    "server": "[2001:db8::1]:7000\nuser:password:netsane:[2001:db8::1]:7000\n[2001:db8::1]:7000 user=a\n",
    "name": "scanner.example:65535\nanna:x:netsane:scanner.example:65535\n",
    "unix": "unix:/run/other.sock\nunix:/run/other.sock user=a password='b c'\n",
    "wrong": 'alpha user=\nalpha user=a user=b\nalpha password="x\nalpha colour=red\nuser=a\nalpha:0 user=a\n::\na:b\n',
    "nul": "alpha user=a\0b\nanna:\0:netsane:alpha\n",
}

NETSANED_CONF = {
    "all": """listen = ["127.0.0.1", "[::1]:7000", "unix:/run/netsane.sock", ":0"]
user = "netsane"
group = "scanner"
crypt = ["tls", "none"]
auth = ["crypt", "unix"]
auth_at = "connect"
allow_clear_passwords = true
auth_tries = 3
auth_fail_delay = 2
auth_step_timeout = 30
process_timeout = 10
login_timeout = 60
idle_timeout = 1800
max_connections = 256
max_connections_per_host = 64
plugin_dir = "/usr/lib/netsane"
groups_file = "/etc/netsane/groups"
state_dir = "/var/lib/netsane"
[sane]
config_dir = "/etc/sane.d"
exclude = ["net"]
list_timeout = 20
list_max_age = 10
list_refresh = 0
warm = 1
[auth_unix]
file = "/etc/netsane/users"
strict = true
rounds = 5
[crypt_tls]
min_version = "1.2"
""",
    "rules": """[[allow]]
users = ["alice", "@staff", "*"]
hosts = ["192.0.2.0/24", "2001:db8::/32", "unix"]
devices = ["test:*", "?"]
[[allow]]
users = ["anonymous"]
hosts = ["*"]
""",
    "syntax": "auth_tries = 3\nlisten = [\"127.0.0.1\"\nuser = \n",
    "section": "auth = []\n[auth.unix]\nfile = \"/x\"\n",
    "types": "auth_tries = 1.5\n",
    "range": "auth_tries = 0\n",
    "unknown": "\n\n[sane]\nwarmth = 3\n",
    "control": 'user = "a\\u0007"\n',
    "odd": "user = 'a\"b\\c'\nlogin_timeout = 0x3c\nplugin_dir = \"\"\"/a\"\"\"\nsane.warm = 0\nauth_x = {a = 1979-05-27}\n",
}

NETSANE_CONF = {
    "servers": """# ours
connect_timeout = 5
alpha
beta:7000 user=anna password="a b#c" tls=require ca=/etc/ca.pem min_version=1.2
[2001:db8::1]:6576 auth="crypt unix" certificate=/c.pem key=/k.pem known_servers=/ks
unix:/run/netsane.sock allow_clear_passwords=yes plugin_dir=/usr/lib/netsane
""",
    "defaults": "tls = off\nuser=anna\npassword = a  b\nauth = pam, unix\nca = /ca\ncertificate=/c\nkey = /k\nalpha\nbeta user=eve\nalpha tls=prefer\n",
    "wrong": 'alpha tls=maybe\nbeta "user=x\ngamma key=/k\ncolour = red\nca = relative\ndelta password=a b\nhost:0\nkey=/k\nalpha\n',
    "odd": "alpha = \n=x\n\"\"\nunix:/a=b\n\"unix:/a b\"\tuser=\n",
    "control": "al\x01pha\nbeta k\x1b[2J=1\nalpha user=a\0b\n",
}

GROUPS_FILE = {
    "good": "# ours\nstaff: alice bob # the rest\n\nguests:\n\tothers:\tcarol dave\r".replace("\r", "\n"),
    "twice": "staff: alice\nstaff: bob\n",
    "comma": "staff: alice, bob\n",
    "colons": "staff: alice guests: bob\n",
    "wrong": "staff alice\n",
    "special": "@staff: alice\n",
    "anonymous": "staff: anonymous\n",
    "member": "staff: alice alice\n",
    "control": "staff: al\x07ice\n",
    "unnamed": ": alice\n",
}

# --- packets between the daemon's processes --------------------------------------------------------------------------

COMMANDS = (
    "session_setup auth_channel new_connection open_result device_list logged_in auth_setup session_channel ping connection_closed "
    "open_device close_device list_devices scan_ended login_given_up identity login_refused ready pong start_failed auth_start "
    "auth_step auth_cancel auth_methods auth_continue auth_failed auth_not_applicable exchange_step exchange_outcome crypt_chosen login_forgotten "
    "make_certificate certificate_made"
).split()
COMMAND = {name: 256 + index for index, name in enumerate(COMMANDS)}


def packet(name, *values):
    return message(COMMAND[name], *(number(value) if isinstance(value, int) else value for value in values))


def strings(*values):
    return [len(values), *(string(value) for value in values)]


def ipc():
    settings = strings("auth.unix.file", "/etc/netsane/users")
    settings[0] //= 2
    return {
        "session_setup": packet("session_setup", string("/lib"), *strings("tls", "none"), 1, 0, 0, 3, 2000, 60000, 0, 30000,
                                *settings, 1, string("/k"), string("/etc/k"), string(""), 0, 0),
        "plain_setup": packet("auth_setup", string("/lib"), *strings("unix", "pam"), string("netsane"), 60000, 0),
        "plain_session": packet("session_setup", string("/lib"), *strings("tls", "none"), 1, 0, 0, 3, 2000, 60000, 0, 30000, 0, 0, 1, 1),
        "auth_setup": packet("auth_setup", string("/lib"), *strings("unix"), string("netsane"), 60000, *settings),
        "new_connection": packet("new_connection", 3, string("192.0.2.1"), 1, 2, 1, 2, 1),
        "open_result": packet("open_result", 1, 2, 0, 0, string("")),
        "device_list": packet("device_list", 1, 0x01000003, 0, string(""), *strings("test:0")[:1], *map(string, "nvmt")),
        "identity": packet("identity", 1, 2, string("alice"), string("unix")),
        "connection_closed": packet("connection_closed", 1),
        "open_device": packet("open_device", 1, 2, string("test:0")),
        "scan_ended": packet("scan_ended", 1, 2, 5, 1, 0xFFFFFFFF),
        "login_given_up": packet("login_given_up", 1, string("too late")),
        "login_refused": packet("login_refused", 1, string("alice"), string("unix"), string("wrong password")),
        "start_failed": packet("start_failed", string("no such file")),
        "auth_start": packet("auth_start", 1, 2, 1, string("alice"), string("192.0.2.1"), 0, 1, 1, 60000, string("")),
        "auth_start_tls": packet("auth_start", 1, 2, 1, string("alice"), string("192.0.2.1"), 1, 0, 1, 60000, string("laptop"), b"\x55" * 32),
        "auth_step": packet("auth_step", 1, 2, string("secret"), b"\0\0\0\1"),
        "auth_cancel": packet("auth_cancel", 1, 2),
        "auth_methods": packet("auth_methods", 1, 1, string("unix"), 1),
        "auth_methods2": packet("auth_methods", 2, 1, 3, string("unix"), 2, 3, string("crypt")),
        "exchange_outcome": packet("exchange_outcome", 0, 0, string(""), string(""), string("AB"), string("CD")),
        "exchange_ok": packet("exchange_outcome", 2, 0, string("alice"), string("")),
        "exchange_fail": packet("exchange_outcome", 3, 2000, string(""), string("wrong password")),
        "exchange_verdict": packet("exchange_outcome", 99, 0, string("alice"), string("")),
        "crypt_chosen": packet("crypt_chosen", 1, string("tls")),
        "make_certificate": packet("make_certificate", string("/var/lib/netsane"), *strings("127.0.0.1:6576", "[::1]:6576")),
        "ping": packet("ping"),
        "count": packet("auth_setup", string("/lib"), 0xFFFFFFFF, string("unix")),
    }


# --- logins ----------------------------------------------------------------------------------------------------------

# LabUser.cxx: alice, dora (DES), mia, lou (locked), dee (locked, DES), nobody
USERS = range(6)


def reply_unix():
    seeds = {f"right{user}": bytes([user, 1]) for user in USERS}
    seeds["wrong"] = bytes([0, 0]) + fields(string("guess"))
    seeds["none"] = bytes([0, 0]) + fields()
    seeds["two"] = bytes([0, 0]) + fields(string("sesame"), string("sesame"))
    seeds["nonul"] = bytes([0, 0]) + fields("sesame")
    seeds["nul"] = bytes([0, 0]) + fields(b"ses\0ame\0")
    seeds["nulbehind"] = bytes([0, 0]) + fields(b"sesame\0more\0")
    seeds["empty"] = bytes([0, 0]) + fields(b"\0")
    seeds["long"] = bytes([0, 0]) + fields(b"x" * 511 + b"\0")
    seeds["toolong"] = bytes([0, 0]) + fields(b"x" * 512 + b"\0")
    seeds["many"] = bytes([0, 0]) + fields(*["x"] * 130)
    seeds["deslong"] = bytes([1, 0]) + fields(string("password and more"))
    seeds["deshigh"] = bytes([1, 1, FLIP, 0, 3, 0x80])
    seeds["flip"] = bytes([0, 1, FLIP, 0, 2, 1])
    return seeds


def reply_crypt():
    random = text(b"\x0e\x0f\x10\x11")
    seeds = {f"right{user}": bytes([user]) + random + b"\1" for user in USERS}
    seeds["example"] = bytes([1]) + text(bytes([14, 15])) + b"\0" + fields(string("CDcC3uINqJo7Q"), string("EFIBfTmJjGhtM"))
    seeds["swap"] = bytes([1]) + random + bytes([1, SWAP, 0, 1])
    seeds["one"] = bytes([1]) + random + bytes([1, DROP, 1])
    seeds["three"] = bytes([1]) + random + bytes([1, DUPLICATE, 1])
    seeds["flip"] = bytes([1]) + random + bytes([1, FLIP, 1, 12, 1])
    seeds["cut"] = bytes([1]) + random + bytes([1, CUT, 0, 1])
    seeds["stars"] = bytes([1]) + random + b"\0" + fields(string("*" * 13), string("*0"))
    seeds["none"] = bytes([1]) + random + b"\0" + fields()
    return seeds


def request_unix():
    user = text("alice")
    return {
        "plain": user + text("sesame") + fields(),
        "later": user + text("sesame") + fields(string("a later field"), number(1)),
        "empty": user + text("") + fields(),
        "long": user + text("x" * 511) + fields(),
        "toolong": user + text("x" * 512) + fields(),
        "many": user + text("x") + fields(*["y"] * 130),
        "name": text("al\nice\x7f%s") + text("x") + fields(),
    }


def request_crypt():
    good = (string("AB"), string("CD"), string("EF"))
    return {
        "example": text("password") + fields(*good),
        "later": text("password") + fields(*good, string("more")),
        "short": text("x") + fields(*good),
        "two": text("password") + fields(*good[:2]),
        "characters": text("password") + fields(string("A!"), *good[1:]),
        "long": text("password") + fields(*good[:2], string("EFG")),
        "nonul": text("password") + fields("AB", "CD", "EF"),
        "nul": text("password") + fields(b"A\0\0", *good[1:]),
        "empty": text("") + fields(*good),
        "longpassword": text("x" * 511) + fields(*good),
        "toolong": text("x" * 512) + fields(*good),
        "high": text(b"p\xe4ssword") + fields(*good),
        "settings": text("x") + fields(string("$1$salt"), *good[1:]),
    }


# A scheme (0 DES, 1 MD5, 2 SHA-256), a salt of two, whether locked (7), the password
def stored(scheme, password, locked=0):
    return bytes([scheme, 12, 13, locked]) + text(password)


SAME = b"\1"


def typed(value):
    return b"\0" + text(value)


def pair(between):
    """`between`: what stands between the client's choices and the edits."""
    seeds = {}
    for scheme in range(3):
        seeds[f"right{scheme}"] = stored(scheme, "password") + SAME + SAME + between
        seeds[f"wrong{scheme}"] = stored(scheme, "password") + typed("passwort") + SAME + between
        seeds[f"locked{scheme}"] = stored(scheme, "password", 7) + SAME + SAME + between
        seeds[f"name{scheme}"] = stored(scheme, "password") + SAME + typed("bob") + between
        seeds[f"empty{scheme}"] = stored(scheme, "") + SAME + SAME + between
        seeds[f"more{scheme}"] = stored(scheme, "password") + typed("password2") + SAME + between
        seeds[f"high{scheme}"] = stored(scheme, "password") + typed(b"pass\xf7ord") + SAME + between
    seeds["impossible"] = stored(0, "x") + SAME + typed(b"a\n") + between
    seeds["lou"] = stored(0, "sesame") + SAME + typed("lou") + between
    seeds["long"] = stored(1, "x" * 511) + SAME + SAME + between
    edits = {
        "flip": [FLIP, 0, 3, 1],
        "cut": [CUT, 0, 1],
        "drop": [DROP, 0],
        "swap": [SWAP, 0, 1],
        "double": [DUPLICATE, 0],
        "back": [FLIP, 0, 3, 1, FLIP, 0, 3, 1],
    }
    for name, edit in edits.items():
        seeds[f"reply_{name}"] = stored(0, "password") + SAME + SAME + between + bytes([STOP, *edit, STOP])
        seeds[f"request_{name}"] = stored(0, "password") + SAME + SAME + between + bytes([*edit, STOP, STOP])
    seeds["reply_replace"] = stored(1, "password") + typed("guess") + SAME + between + bytes([STOP, REPLACE, 0]) + text(string("password"))
    seeds["reply_insert"] = stored(1, "password") + SAME + SAME + between + bytes([STOP, INSERT, 1]) + text("more")
    return seeds


HIDDEN, ECHO, INFO, ERROR = range(4)


def script(*calls, secret="sesame", locked=0):
    """As PamScript takes it."""
    parts = [bytes([len(calls) - 1])]
    parts += [bytes([len(call) - 1, *call]) for call in calls]
    return b"".join(parts) + text(secret) + bytes([locked])


SCRIPTS = {
    "one": script([HIDDEN]),
    "texts": script([INFO, HIDDEN, ERROR]),
    "quiet": script([INFO]),
    "two": script([INFO, ECHO], [HIDDEN]),
    "three": script([HIDDEN, HIDDEN], [ERROR], [ECHO, HIDDEN, ECHO, INFO]),
    "empty": script([HIDDEN], secret=""),
    "locked": script([HIDDEN], locked=7),
}


def reply_pam():
    seeds = {f"right_{name}": value + b"\1\0\1\0\1" for name, value in SCRIPTS.items()}
    seeds["guess"] = SCRIPTS["one"] + b"\0" + fields(string("guess"))
    seeds["none"] = SCRIPTS["one"] + b"\0" + fields()
    seeds["more"] = SCRIPTS["one"] + bytes([1, DUPLICATE, 0])
    seeds["nonul"] = SCRIPTS["one"] + bytes([1, CUT, 0, 1])
    seeds["nul"] = SCRIPTS["one"] + b"\0" + fields(b"ses\0ame\0")
    seeds["bar"] = script([HIDDEN, HIDDEN], secret="a") + b"\0" + fields(string("a|a"), string(""))
    seeds["long"] = SCRIPTS["one"] + b"\0" + fields(b"x" * 511 + b"\0")
    seeds["toolong"] = SCRIPTS["one"] + b"\0" + fields(b"x" * 512 + b"\0")
    seeds["late"] = SCRIPTS["two"] + b"\1\0" + bytes([1, FLIP, 0, 0, 1])
    seeds["quietly"] = SCRIPTS["quiet"] + b"\0" + fields(string("x"))
    return seeds


def request_pam():
    person = text("sesame") + b"\x08"
    question = (number(1), string("Password: "))
    return {
        "one": person + fields(*question),
        "texts": person + fields(number(3), string("Welcome"), *question, number(4), string("Too old\n")),
        "rounds": person + fields(*question) + fields() + fields(number(2), string("Name: ")),
        "style": person + fields(number(5), string("x")),
        "style0": person + fields(number(0), string("x")),
        "style257": person + fields(number(257), string("x")),
        "odd": person + fields(*question, number(1)),
        "nonul": person + fields(number(1), "x"),
        "control": person + fields(number(3), string("\x1b[2J\x07\r\t\n\x7f")),
        "long": person + fields(number(3), b"x" * 511 + b"\0"),
        "toolong": person + fields(number(3), b"x" * 512 + b"\0"),
        "most": person + fields(*(number(3), string("x")) * 32),
        "toomany": person + fields(*(number(3), string("x")) * 33),
        "impatient": text("sesame") + b"\1" + fields(*question, *question),
        "longanswer": text("x" * 512) + b"\x08" + fields(*question),
    }


def pair_pam():
    seeds = {f"right_{name}": value + SAME + SAME for name, value in SCRIPTS.items()}
    seeds["wrong"] = SCRIPTS["one"] + typed("guess") + SAME
    seeds["name"] = SCRIPTS["one"] + SAME + typed("bob")
    seeds["impossible"] = SCRIPTS["one"] + SAME + typed("bob\n")
    seeds["longanswer"] = SCRIPTS["one"] + typed("x" * 600) + SAME
    edits = {"flip": [FLIP, 0, 3, 1], "drop": [DROP, 0], "swap": [SWAP, 0, 1], "double": [DUPLICATE, 0], "insert": [INSERT, 0, 1, 0]}
    for name, edit in edits.items():
        seeds[f"reply_{name}"] = SCRIPTS["two"] + SAME + SAME + bytes([STOP, *edit, STOP])
        seeds[f"request_{name}"] = SCRIPTS["two"] + SAME + SAME + bytes([*edit, STOP])
    seeds["style"] = SCRIPTS["texts"] + SAME + SAME + bytes([FLIP, 0, 3, 2, STOP])
    return seeds


def known_servers():
    pin = "SHA256:" + 64 * "a"
    texts = {
        "lines": f"# mine\nalpha:6576 {pin} # rack\n\nother.example:7 verified\n[2001:db8::1]:7 {pin}\n",
        "broken": f"alpha:6576 SHA256:12\nother.example:7\nalpha {pin} {pin}\n\"alpha:6576 {pin}\n",
        "unix": f"unix:/run/s\n\"unix:/a b#c\" verified\nunix:/run/s {pin}",
        "name": f"Alpha.\nALPHA:6576 {pin}\nalpha. verified\r\n",
        "rubbish": "other.example:7\n\x01\nno/server x\n" + 1100 * "y" + "\n",
    }
    return {name: value.encode() for name, value in texts.items()}


# --- TLS -------------------------------------------------------------------------------------------------------------


def tls_block(size_bytes, *parts):
    data = b"".join(parts)
    return len(data).to_bytes(size_bytes, "big") + data


def tls_record(kind, *messages, version=b"\3\3"):
    return bytes([kind]) + version + tls_block(2, *messages)


def tls_extension(number, data):
    return struct.pack(">H", number) + tls_block(2, data)


TLS_RANDOM = bytes(range(32))
TLS_HELLO = [
    tls_extension(0, tls_block(2, b"\0", tls_block(2, b"scanner.example"))),
    tls_extension(10, tls_block(2, b"\0\x1d\0\x17")),
    tls_extension(11, b"\1\0"),
    tls_extension(13, tls_block(2, b"\4\3\5\3\6\3\x08\4\4\1")),
    tls_extension(16, tls_block(2, tls_block(1, b"netsane/1"))),
    tls_extension(23, b""),
    tls_extension(43, b"\4\3\4\3\3"),
    tls_extension(45, b"\1\1"),
    tls_extension(51, tls_block(2, b"\0\x1d", tls_block(2, b"\x09" + bytes(31)))),
]
TLS_12 = [extension for extension in TLS_HELLO if extension[:2] not in (b"\0\x2b", b"\0\x2d", b"\0\x33")]


def client_hello(extensions, ciphers=b"\x13\2\x13\1\xc0\x2b\xc0\x2c\0\xff"):
    body = b"\3\3" + TLS_RANDOM + tls_block(1, bytes(32)) + tls_block(2, ciphers) + b"\1\0" + tls_block(2, *extensions)
    return b"\1" + tls_block(3, body)


def server_hello(cipher, *extensions, random=TLS_RANDOM):
    body = b"\3\3" + random + tls_block(1, bytes(32)) + cipher + b"\0" + tls_block(2, *extensions)
    return b"\2" + tls_block(3, body)


RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
TLS_13_SERVER = [tls_extension(43, b"\3\4"), tls_extension(51, b"\0\x1d" + tls_block(2, b"\x09" + bytes(31)))]
PUSH, BY_BYTE, ECHO_ID, PULL, SAY, LEAVE, END = range(7)


def to_server(*pushes, open_minded=0):
    return bytes([0, open_minded]) + b"".join(bytes([PUSH]) + text(value) for value in pushes)


def to_client(*pushes, open_minded=0):
    return bytes([1, open_minded]) + b"".join(bytes([ECHO_ID if value[0] == 22 else PUSH]) + text(value) for value in pushes)


def tls_strangers():
    hello = tls_record(22, client_hello(TLS_HELLO), version=b"\3\1")
    old = tls_record(22, client_hello(TLS_12), version=b"\3\1")
    ccs = tls_record(20, b"\1")
    certificate = b"\x0b" + tls_block(3, tls_block(3, tls_block(3, bytes.fromhex("3003020101"))))
    old_server = server_hello(b"\xc0\x2b", tls_extension(0xFF01, b"\0"), tls_extension(16, tls_block(2, tls_block(1, b"netsane/1"))), tls_extension(23, b""))
    return {
        "hello": to_server(hello),
        "hello_by_byte": bytes([0, 0, BY_BYTE]) + text(hello),
        "hello_data": to_server(hello, ccs, tls_record(23, bytes(50))),
        "hello_twice": to_server(hello, hello),
        "hello_ccs": to_server(hello, ccs * 40),
        "hello_old": to_server(old),
        "hello_old_allowed": to_server(old, tls_record(22, b"\x10" + tls_block(3, b"\x20" + bytes(32))), open_minded=1),
        "hello_no_alpn": to_server(tls_record(22, client_hello(TLS_HELLO[:4] + TLS_HELLO[5:]))),
        "hello_other_alpn": to_server(tls_record(22, client_hello(TLS_HELLO[:4] + [tls_extension(16, tls_block(2, b"\2h2"))] + TLS_HELLO[5:]))),
        "hello_retry": to_server(tls_record(22, client_hello(TLS_HELLO[:-1] + [tls_extension(51, b"\0\0")]))),
        "hello_psk": to_server(tls_record(22, client_hello(TLS_HELLO + [tls_extension(41, tls_block(2, tls_block(2, b"id"), bytes(4)) + tls_block(2, tls_block(1, bytes(32))))]))),
        "hello_early": to_server(tls_record(22, client_hello(TLS_HELLO + [tls_extension(42, b"")])), tls_record(23, bytes(50))),
        "hello_ticket": to_server(tls_record(22, client_hello(TLS_12 + [tls_extension(35, b"ticket")])), open_minded=1),
        "hello_pieces": to_server(*(tls_record(22, client_hello(TLS_HELLO)[i : i + 1]) for i in range(60))),
        "hello_long": to_server(tls_record(22, b"\1\1\xff\xff"), *[tls_record(22, bytes(16384))] * 9),
        "sslv2": to_server(b"\x80\x2e\1\3\1\0\x15\0\0\0\x10" + bytes(37)),
        "clear": to_server(message(0x10)),
        "http": to_server(b"GET / HTTP/1.0\r\n\r\n"),
        "goodbye": to_server(tls_record(21, b"\1\0")),
        "end": bytes([0, 0, PUSH]) + text(hello) + bytes([PULL, SAY, LEAVE, END]),
        "server": to_client(tls_record(22, server_hello(b"\x13\2", *TLS_13_SERVER)), ccs, tls_record(23, bytes(60))),
        "server_retry": to_client(tls_record(22, server_hello(b"\x13\2", TLS_13_SERVER[0], tls_extension(51, b"\0\x17"), random=RETRY))),
        "server_retries": to_client(*[tls_record(22, server_hello(b"\x13\2", TLS_13_SERVER[0], tls_extension(51, b"\0\x17"), random=RETRY))] * 2),
        "server_old": to_client(tls_record(22, old_server)),
        "server_old_allowed": to_client(tls_record(22, old_server), tls_record(22, certificate), open_minded=1),
        "server_goodbye": to_client(tls_record(21, b"\1\0")),
        "server_refusal": to_client(tls_record(21, b"\2\x30")),
        "server_warnings": to_client(*[tls_record(21, b"\1\x70")] * 10),
        "server_clear": to_client(message(0x10)),
    }


# What server_session does
(S_SAY, S_SAY_ENCRYPTED, S_BY_BYTE, S_READ, S_LISTED, S_OPENED, S_REFUSED, S_LOGIN_NEEDED, S_DEVICE, S_GONE, S_CONTINUE, S_FAILS, S_LOGGED_IN,
 S_AUTH_GONE, S_WAIT, S_ASK, S_LEAVE) = range(17)
S_FLIP = 0x8001


FIRST_HANDLE = b"\1" * 16  # of server_session


def server_session():
    hello = message(1, string("scanimage"), number(1), number(1) + number(2))
    flip, none = message(7, number(S_FLIP)), message(7, number(0))
    init, listing, opening, quitting = message(16), message(19), message(20, string("test:0")), message(8)
    login, answer = message(2, string("alice")), message(4, number(1), string("secret"))
    opened = message(20, number(0), b"handle")

    def say(*messages):
        return bytes([S_SAY]) + text(b"".join(messages))

    def encrypted(*messages):
        return bytes([S_SAY_ENCRYPTED]) + text(b"".join(messages))

    def script(*parts, required=0, at_connect=0, clear=0):
        return bytes([required, at_connect] + ([] if required else [clear])) + b"".join(part if isinstance(part, bytes) else bytes([part]) for part in parts)

    asked = [S_LOGIN_NEEDED, encrypted(login), bytes([S_CONTINUE, 0]), encrypted(answer), S_LOGGED_IN]
    device = [S_OPENED, bytes([S_DEVICE]) + text(opened)]
    handle = struct.pack(">I", 16) + FIRST_HANDLE
    starting, reading, aborting = message(25, handle), message(26, handle, number(65536)), message(27, handle)
    started = message(25, number(0))
    return {
        "scan": script(say(opening), *device, say(starting, reading, reading, aborting), bytes([S_DEVICE]) + text(started),
                       bytes([S_DEVICE]) + text(message(26, number(2))), bytes([S_DEVICE]) + text(message(27)), S_READ,
                       say(message(21, handle)), S_READ, clear=1),
        "ignores_abort": script(say(opening), *device, say(starting, aborting), S_READ, bytes([S_WAIT, 29]), S_READ, bytes([S_WAIT, 1]), S_READ, clear=1),
        "none": script(say(hello, none), S_READ, say(init, listing), S_LISTED, say(opening), *device, say(quitting)),
        "flip": script(say(hello, flip), S_READ, encrypted(hello, init, listing), S_LISTED, encrypted(opening), *device, encrypted(quitting), required=1),
        "one_segment": script(say(flip) + encrypted(init), S_READ),
        "clear_behind": script(say(flip, listing), S_LISTED, required=1),
        "by_byte": script(bytes([S_BY_BYTE]) + text(hello + flip) + b"\0", bytes([S_BY_BYTE]) + text(init) + b"\1", S_READ),
        "login": script(say(flip), encrypted(opening), *asked, *device, required=1),
        "at_connect": script(say(flip), encrypted(init, login), bytes([S_CONTINUE, 0]), encrypted(answer), S_FAILS, bytes([S_WAIT, 2]), encrypted(login), S_AUTH_GONE,
                             bytes([S_WAIT, 3]), at_connect=1, required=1),
        "later": script(say(opening), S_LOGIN_NEEDED, say(login), bytes([S_CONTINUE, 0]), S_LOGGED_IN, *device, S_ASK, say(listing), S_LISTED, say(flip), encrypted(hello, listing),
                        S_LISTED, S_ASK, S_LEAVE, clear=1),
        "pending": script(say(listing), S_ASK, say(flip), S_LISTED, clear=1),
        "before": script(say(listing), S_LISTED, required=1),
        "unknown": script(say(message(7, number(9)))),
        "silent": script(S_READ, bytes([S_WAIT, 61])),
    }


# What tls_forged does
F_DATA, F_RECORD, F_UPDATE, F_KEYS, F_RAW, F_PUSH, F_PART, F_PULL, F_WRITE, F_LEAVE, F_END = range(11)


def forged_record(kind, content, padding=0):
    return bytes([F_RECORD, kind]) + text(content) + bytes([padding])


def tls_forged():
    push = bytes([F_PUSH])
    ticket = b"\4" + tls_block(3, bytes(8) + tls_block(1, b"n") + tls_block(2, b"ticket") + tls_block(2))
    seeds = {}
    for role in (0, 1):
        start = bytes([role])
        data = bytes([F_DATA]) + text("some words") + b"\0"
        seeds[f"data{role}"] = start + data + bytes([F_PUSH, F_WRITE, F_PULL]) + data + push
        seeds[f"parts{role}"] = start + data + bytes([F_PART, 7]) * 6
        seeds[f"goodbye{role}"] = start + data + forged_record(21, b"\1\0") + data + push
        seeds[f"cut{role}"] = start + data + bytes([F_PART, 20, F_END])
        seeds[f"update{role}"] = start + bytes([F_UPDATE, 0]) + data + push + bytes([F_UPDATE, 1]) + data + push
        seeds[f"desync{role}"] = start + bytes([F_KEYS]) + data + push
        seeds[f"empty{role}"] = start + forged_record(23, b"", 255) * 40 + push
        seeds[f"raw{role}"] = start + bytes([F_RAW]) + text(b"\x17\3\3\0\x20" + bytes(32)) + push
        seeds[f"ccs{role}"] = start + bytes([F_RAW]) + text(b"\x14\3\3\0\1\1") + push
        seeds[f"tickets{role}"] = start + forged_record(22, ticket * 3) + data + push
        seeds[f"half{role}"] = start + forged_record(22, ticket[:9]) + bytes([F_PUSH, F_WRITE, F_LEAVE]) + forged_record(22, ticket[9:]) + push
        seeds[f"late{role}"] = start + bytes([F_LEAVE, F_UPDATE, 1]) + data + push
        seeds[f"hello{role}"] = start + forged_record(22, client_hello(TLS_HELLO)) + push
        seeds[f"request{role}"] = start + forged_record(22, b"\x0d\0\0\3\0\0\0") + push
        seeds[f"warning{role}"] = start + forged_record(21, b"\1\x5a") * 6 + push
        seeds[f"type{role}"] = start + forged_record(24, b"\1\0\0") + push
    return seeds


# What tls_between does, with the direction before each: 1 is up
B_DELIVER, B_FEW, B_WRITE, B_MUCH, B_EDIT, B_LEAVE, B_CUT = range(7)


def tls_between():
    shake = bytes([1, B_DELIVER, 0, B_DELIVER, 1, B_DELIVER])
    words = bytes([1, B_WRITE]) + text("a question") + bytes([0, B_WRITE]) + text("an answer")
    much = bytes([0, B_MUCH, 255, 1, B_MUCH, 100, 0, B_DELIVER, 1, B_DELIVER])
    seeds = {}
    for old in range(4):
        start = bytes([old & 1, old >> 1])
        seeds[f"whole{old}"] = start + shake + words + much + bytes([0, B_LEAVE, 0, B_DELIVER, 1, B_LEAVE])
        seeds[f"few{old}"] = start + bytes([1, B_FEW, 100, 0, B_FEW, 200]) * 12 + words
    start = bytes(2)
    seeds["early"] = start + words + bytes([0, B_LEAVE, 1, B_LEAVE]) + shake
    seeds["flip_hello"] = start + bytes([1, B_EDIT, 0, 50, 0, 1]) + shake
    seeds["flip_alpn"] = start + bytes([1, B_EDIT, 0, 150, 0, 1]) + shake
    seeds["flip_data"] = start + shake + words + bytes([0, B_EDIT, 0, 9, 0, 1, 0, B_DELIVER])
    seeds["drop"] = start + shake + words + bytes([1, B_EDIT, 0, 0, 1, 4])
    seeds["repeat"] = start + shake + words + bytes([1, B_EDIT, 0, 0, 2, 1, B_DELIVER])
    seeds["insert"] = start + shake + words + bytes([1, B_EDIT, 0, 0, 3]) + text(b"\x15\3\3\0\2\1\0")
    seeds["cut"] = start + shake + words + bytes([0, B_FEW, 20, 0, B_CUT])
    seeds["cut_shake"] = start + bytes([1, B_FEW, 40, 1, B_CUT, 0, B_DELIVER])
    return seeds


# --- what clients and servers say to each other ----------------------------------------------------------------------

(HELO, USER, PASS_REQ, PASS_RPLY, FAIL, CRPT_REQ, CRPT_RPLY, QUIT, WELC) = range(1, 10)
INIT, EXIT, STRS, GDEV, OPEN, CLOS, GOPT, COPT, PARM, STAR, READ, ABRT, IOMO, GSFD = range(16, 30)
HANDLE = b"\1"


def command(name, *values):
    return message(name, *(number(value & 0xFFFFFFFF) if isinstance(value, int) else string(value) if isinstance(value, str) else value
                           for value in values))


def numbers(*values):
    return b"".join(number(value) for value in values)


COUNT = ["", "Number of options", "", 1, 0, 4, 4, 0]
RANGE = ["br-x", "Bottom-right x", "Of the scan area.", 2, 3, 4, 5, 1, -1, 200 << 16, 1 << 16]
WORDS = ["resolution", "Resolution", "", 1, 4, 4, 5, 2, 2, 75, 150]
STRINGS = ["mode", "Mode", "", 3, 0, 12, 5, 3, "Gray", "Color", ""]
BUTTON = ["print", "Print", "", 4, 0, 0, 5, 0]
GROUP = ["", "Geometry", "", 5, 0, 0, 0, 0]
TABLE = ["gamma-table", "Gamma", "", 1, 0, 16, 5, 0]
OPTIONS = [7, *COUNT, *RANGE, *WORDS, *STRINGS, *BUTTON, *GROUP, *TABLE]
PARAMETERS = [0, 1, 4, 4, 3, 8]
VALUES = [3, 1, 2, numbers(100 << 16), 2, 1, numbers(75), 3, 3, "Gray", 0, *PARAMETERS]
OPENED = command(OPEN, 0, HANDLE, *OPTIONS, *VALUES)
STARTED = command(STAR, 0, *PARAMETERS, 1234)
SERVER_HELLO = command(HELO, "netsaned", 1, numbers(1, 2, 4, 5))

MESSAGES = {
    "hello": SERVER_HELLO,
    "hello_transcript": command(HELO, "netsaned", 1, numbers(1, 2), b"HELO", b"RPLY"),
    "note": command(HELO, "warming up"),
    "user": command(USER, "alice"),
    "user_request": command(USER),
    "pass_request": command(PASS_REQ, 2, "AB", "CD", "EF"),
    "pass_reply": command(PASS_RPLY, 1, "secret"),
    "client_fail": command(FAIL, 3, numbers(1, 2)),
    "server_fail": command(FAIL, 20, "too many connections"),
    "crypt_request": command(CRPT_REQ, numbers(1, 0)),
    "crypt_reply": command(CRPT_RPLY, 1),
    "welcome": command(WELC, "alice"),
    "init": command(INIT, 0, 0x01000003),
    "init_busy": command(INIT, 3, 0, "busy"),
    "status_text": command(STRS, "Success"),
    "devices": command(GDEV, 0, "test:0", "Noname", "frontend-tester", "virtual device", "test:1", "N", "m", "t", ""),
    "devices_none": command(GDEV, 9, "", "the listing failed"),
    "open": command(OPEN, "test:0"),
    "opened": OPENED,
    "opened_plain": command(OPEN, 0, HANDLE),
    "opened_options": command(OPEN, 0, HANDLE, *OPTIONS),
    "open_refused": command(OPEN, 11, "a login is needed"),
    "close": command(CLOS, HANDLE),
    "option": command(GOPT, HANDLE, 4),
    "option_range": command(GOPT, *RANGE),
    "option_words": command(GOPT, *WORDS),
    "option_strings": command(GOPT, *STRINGS),
    "control_set": command(COPT, HANDLE, 1, 1, 2, numbers(50 << 16)),
    "control_text": command(COPT, HANDLE, 3, 1, 3, "Color"),
    "control_get": command(COPT, HANDLE, 3, 0, 3),
    "control_reply": command(COPT, 0, 0, 3, "Gray"),
    "control_news": command(COPT, 0, 6, 3, "Color", 1, 2, *WORDS, 1, 2, 1, numbers(150), 0, *PARAMETERS),
    "control_options": command(COPT, 0, 2, 3, "Color", *OPTIONS),
    "control_refused": command(COPT, 4, 0, 0, "no"),
    "parameters": command(PARM, 0, *PARAMETERS),
    "parameters_none": command(PARM, 4, 0, 0, 0, 0, 0, 0, "no"),
    "started": STARTED,
    "start_plain": command(STAR, 0),
    "start_refused": command(STAR, 7, "no paper"),
    "read": command(READ, HANDLE, 65536),
    "read_data": command(READ, 0, b"0123"),
    "read_end": command(READ, 5),
    "abort": command(ABRT, HANDLE),
    "io_mode": command(IOMO, HANDLE, 1),
    "select_fd": command(GSFD, 1, 0),
    "nothing": message(0),
    "handle_too_long": command(CLOS, b"h" * 65),
    "long": command(PASS_REQ, 2, *[b"x"] * 300),
}


# --- recordings ------------------------------------------------------------------------------------------------------

TRACE_DESCRIPTOR = [string("mode"), string("Mode"), string("What."), number(3), number(0), number(32), number(5), number(3),
              string("Color"), string("Gray"), string("")]
TRACE_RANGE = [string("res"), string("Res"), string("How."), number(2), number(4), number(4), number(5), number(1), number(65536),
         number(78643200), number(0)]
TRACE_OPENED = [number(0), b"\x01\x02", number(2), *TRACE_DESCRIPTOR, *TRACE_RANGE, number(2), number(0), number(3), string("Gray"), number(1),
          number(2), number(9830400), number(0), number(1), number(1), number(471), number(157), number(-1 % 2**32), number(8)]
TRACE_SESSION = [  # who speaks (1 client, 2 server), command, fields
    (2, 1, [string("netsaned"), number(1), number(1) + number(2) + number(4)]),
    (1, 1, [string("scanimage"), number(1), number(1) + number(2) + number(4)]),
    (2, 6, [number(1) + number(0)]), (1, 7, [number(1)]), (1, 16, []), (2, 16, [number(0), number(0x1000000)]),
    (1, 20, [string("test:0")]), (2, 2, []), (1, 2, [string("alice")]), (2, 3, [number(2), string("AB"), string("CD"), string("EF")]),
    (1, 4, [number(2), string("CDcC3uINqJo7Q"), string("EFIBfTmJjGhtM")]), (2, 9, [string("alice")]), (2, 20, TRACE_OPENED),
    (1, 23, [b"\x01\x02", number(0), number(1), number(3), string("Color")]),
    (2, 23, [number(0), number(2), number(3), string("Color"), number(1), number(1), *TRACE_RANGE, number(1), number(1), number(2),
             number(65536), number(0), number(1), number(1), number(471), number(157), number(196), number(8)]),
    (1, 25, [b"\x01\x02"]), (2, 25, [number(0), number(1), number(1), number(471), number(157), number(196), number(8), number(1234)]),
    (1, 26, [b"\x01\x02", number(65536)]), (2, 26, [number(0), b"picture"]), (1, 26, [b"\x01\x02", number(65536)]), (2, 26, [number(5)]),
    (1, 27, [b"\x01\x02"]), (2, 27, []), (1, 21, [b"\x01\x02"]), (2, 21, []), (1, 19, []),
    (2, 19, [number(0), string("test:0"), string("Noname"), string("tester"), string("virtual"), string("")]),
    (1, 22, [b"\x01\x02", number(1)]), (2, 22, TRACE_RANGE), (1, 8, []), (2, 5, [number(0), string("the server is ending")]),
]


def trace_file():
    def record(kind, time, *values):
        return message(kind, number(0), number(time), *values)

    header = message(0x4E535452, number(1), number(2), number(0), number(0x65000000), string("netsaned 0.1.0"), string("connection 7"))
    records = [record(1, 1000 * i, number(who), number(command),
                      *(b"\1" + number(len(value)) if command in (3, 4, 9) or value == b"picture" else b"\0" + value for value in values))
               for i, (who, command, values) in enumerate(TRACE_SESSION)]
    records.insert(4, record(2, 3000, number(1)))
    whole = header + b"".join(records) + record(3, 99000, string("the end of the connection"))
    return {"session": whole, "cut": whole[:-9], "header": header, "halfheader": header[:20], "empty": b"", "other": b"%PDF-1.4",
            "version": header.replace(number(1), number(9), 1), "backwards": header + record(3, 9, string("a")) + record(3, 8, string("b")),
            "kind": header + record(77, 0), "field": header + record(1, 0, number(1), number(20), b"\2x"),
            "nolength": header + record(1, 0, number(1), number(20), b"\1" + number(0)),
            "side": header + record(1, 0, number(3), number(20)), "control": header + record(3, 0, string("\x1b[2J\a")),
            "long": header + number(4) + number(1) + number(2**31),
            "counts": header + record(1, 0, number(1), number(1), b"\0" + string("c"), b"\0" + number(1), b"\0" + number(2) + number(4))
            + record(1, 1, number(2), number(20), b"\0" + number(0), b"\0h", b"\0" + number(2**32 - 1), b"\0" + string("n"))}


def trace_record():
    whole = b"".join(message(command, *values) for _, command, values in TRACE_SESSION)
    turns = b"".join(message(command, *values) + (b"" if TRACE_SESSION[(i + 1) % len(TRACE_SESSION)][0] != who else message(8))
                     for i, (who, command, values) in enumerate(TRACE_SESSION))
    return {"session": b"\1" + whole, "turns": b"\1" + turns, "client": b"\0" + message(4, number(1), string("secret")),
            "switch": b"\0" + message(2, string("alice")) + message(2**32 - 1) + whole, "unknown": b"\0" + message(99, b"x") * 3,
            "odd": b"\0" + message(20, b"no end") + message(22, b"h" * 99, b"12345") + message(23, b"h", number(1), number(1), number(3), b"x\0")}


def frame_decoder():
    stream = SERVER_HELLO + command(INIT, 0, 0x01000003) + command(READ, 0, b"0123")
    return {
        "whole": b"\0" + stream,
        "after_login": b"\1" + stream,
        "by_byte": b"\4" + stream,
        "by_three": b"\x0a" + stream,
        "small": b"\2" + command(READ, 0, b"x" * 40) + command(READ, 0, b"0123"),
        "small_by_byte": b"\5" + command(READ, 0, b"x" * 40) + command(READ, 0, b"x" * 41),
        "small_message": b"\5" + command(READ, 0, b"x" * 30, b"x" * 20),
        "too_long": b"\0" + command(READ, 0, b"x" * 4097),
        "too_long_message": b"\0" + command(READ, 0, b"x" * 2000, b"y" * 2100),
        "too_long_announced": b"\1" + number(4) + number(READ) + number((1 << 20) + 1),
        "huge": b"\1" + number(4) + number(READ) + b"\xff" * 8,
        "command": b"\1" + number(5) + b"abcde" + number(0),
        "no_command": b"\1" + number(0),
        "cut": b"\x31" + stream[:-2],
    }


# What client_session does
(C_RECEIVE, C_ENCRYPTED, C_BY_BYTE, C_FLOOD, C_REQUEST, C_SEND, C_SEND_SOME, C_REPLY, C_OPENING, C_LOGIN, C_REFUSE, C_WAIT, C_END, C_QUIT,
 C_FAIL) = range(15)
C_INIT, _, _, C_GDEV, C_OPEN, C_CLOS, C_GOPT, C_STAR, C_PARM, C_READ, C_COPT, C_ABRT, _ = range(13)


def client_session():
    def start(values=1, crypt=2, passwords=0, trusted=1):
        return bytes([values, crypt, passwords, trusted])

    def hears(*messages):
        return bytes([C_RECEIVE]) + text(b"".join(messages))

    def hears_encrypted(*messages):
        return bytes([C_ENCRYPTED]) + text(b"".join(messages))

    def flood(*messages, times=(255, 255), encrypted=0):
        return bytes([C_FLOOD]) + text(b"".join(messages)) + bytes([*times, encrypted])

    def asks(*requests):
        return b"".join(bytes([C_REQUEST, request]) for request in requests) + bytes([C_SEND])

    init, devices = MESSAGES["init"], MESSAGES["devices"]
    follows = command(HELO, "netsaned", 1, numbers(1, 2, 3))
    switch = command(CRPT_REQ, numbers(S_FLIP, 0))
    ask_flip = hears(follows, switch) + bytes([C_OPENING, C_SEND])
    clear_part = follows + switch + command(HELO, "fuzz", 1, numbers(1, 2, 4)) + command(CRPT_RPLY, S_FLIP)
    bound = command(HELO, "netsaned", 1, numbers(1, 2), follows + switch, clear_part[len(follows + switch):])
    login = command(USER), command(PASS_REQ, 1)
    scan = asks(C_STAR, *[C_READ] * 4) + hears(STARTED, *[MESSAGES["read_data"]] * 3, MESSAGES["read_end"])
    return {
        "list": start() + asks(C_INIT, C_GDEV) + hears(SERVER_HELLO, init, devices) + bytes([C_REPLY, C_QUIT, C_SEND]),
        "scan": start() + hears(SERVER_HELLO) + asks(C_INIT, C_OPEN) + hears(init, OPENED) + scan + asks(C_CLOS) + bytes([C_QUIT, C_SEND]),
        "many_reads": start() + hears(SERVER_HELLO) + asks(C_OPEN) + hears(OPENED) + asks(*[C_READ] * 120),
        "cancel": start() + hears(SERVER_HELLO) + asks(C_OPEN) + hears(OPENED) + asks(C_STAR, C_READ, C_ABRT) + hears(STARTED, command(READ, 2), command(ABRT)),
        "by_byte": start() + bytes([C_BY_BYTE]) + text(SERVER_HELLO + init) + b"\0" + asks(C_INIT),
        "speaks_first": start(crypt=0, trusted=2) + asks(C_INIT, C_GDEV) + ask_flip + asks(C_OPEN) + hears_encrypted(bound, init, devices, OPENED) + bytes([C_REPLY, C_SEND]),
        "speaks_first_badly": start(crypt=0, trusted=2) + asks(C_INIT) + ask_flip + hears_encrypted(init) + bytes([C_REPLY, C_SEND]),
        "flip": start(crypt=0) + asks(C_INIT) + ask_flip + hears_encrypted(bound, init) + bytes([C_REPLY, C_SEND]),
        "flip_refused": start(crypt=0, trusted=0) + asks(C_INIT) + ask_flip + hears_encrypted(bound, init) + bytes([C_REPLY, C_SEND]),
        "flip_changed": start(crypt=0) + asks(C_INIT) + ask_flip + hears_encrypted(SERVER_HELLO, init) + bytes([C_REPLY, C_SEND]),
        "prefer_none": start(crypt=1) + asks(C_INIT) + hears(follows, command(CRPT_REQ, numbers(0)), SERVER_HELLO, init) + bytes([C_REPLY, C_SEND]),
        "required": start(crypt=0) + asks(C_INIT) + hears(SERVER_HELLO, init) + bytes([C_SEND]),
        "later": start(crypt=1) + hears(SERVER_HELLO) + asks(C_INIT) + hears(switch, init) + bytes([C_REPLY, C_SEND]) + hears_encrypted(bound),
        "login": start(passwords=1) + bytes([C_LOGIN]) + asks(C_OPEN) + hears(SERVER_HELLO, *login, command(WELC, "alice"), OPENED) + bytes([C_SEND, C_REPLY]),
        "login_wanted": start() + asks(C_OPEN) + hears(SERVER_HELLO, *login) + bytes([C_REPLY, C_WAIT, 50, C_LOGIN, C_SEND]) + hears(login[1], MESSAGES["open_refused"]),
        "login_refused": start() + asks(C_OPEN) + hears(SERVER_HELLO, *login) + bytes([C_REPLY, C_REFUSE, C_SEND]) + hears(MESSAGES["open_refused"]) + bytes([C_REPLY]),
        "login_again": start() + bytes([C_LOGIN]) + asks(C_OPEN) + hears(SERVER_HELLO, *login, login[0], login[0]) + bytes([C_SEND, C_WAIT, 70]),
        "silence": start() + asks(C_INIT) + bytes([C_WAIT, 5, C_WAIT, 31]) + hears(SERVER_HELLO),
        "silence_later": start() + hears(SERVER_HELLO) + asks(C_INIT) + bytes([C_WAIT, 20]) + hears(MESSAGES["note"]) + bytes([C_WAIT, 20, C_WAIT, 31]),
        "notes": start() + hears(SERVER_HELLO) + asks(C_INIT) + flood(MESSAGES["note"]) + bytes([C_WAIT, 1]),
        "asks_and_asks": start() + bytes([C_LOGIN]) + hears(SERVER_HELLO) + asks(C_OPEN) + flood(*login),
        "long_reply": start() + hears(SERVER_HELLO) + asks(C_GDEV) + hears(number(4) + number(GDEV) + number(4) + number(0)) + flood(number(1000) + b"x" * 1000, times=(9, 233)),
        "long_note": start() + hears(SERVER_HELLO) + asks(C_INIT) + hears(number(4) + number(HELO) + number(1 << 20)) + flood(b"x" * 250, times=(17, 255)),
        "unasked": start() + hears(SERVER_HELLO, init) + bytes([C_REPLY]),
        "other_reply": start() + hears(SERVER_HELLO) + asks(C_INIT) + hears(devices) + bytes([C_REPLY]),
        "fail": start() + asks(C_INIT) + hears(SERVER_HELLO, MESSAGES["server_fail"], init) + bytes([C_REPLY, C_WAIT, 1]),
        "end": start() + asks(C_INIT) + hears(SERVER_HELLO, init) + bytes([C_END, C_REPLY, C_REPLY]),
        "cut": start() + asks(C_INIT) + hears(SERVER_HELLO, init[:-3]) + bytes([C_END, C_REPLY, C_SEND_SOME, 7]),
        "given_up": start() + asks(C_INIT) + hears(SERVER_HELLO) + bytes([C_FAIL]) + hears(init) + bytes([C_QUIT]),
    }


# What backend does: calls of a frontend, and what the server does (ScriptedServer.hxx)
(K_LIST, K_OPEN, K_DESCRIBE, K_GET, K_GET_ALL, K_SET, K_PARAMETERS, K_START, K_READ, K_READ_ALL, K_CANCEL, K_IO_MODE, K_SELECT_FD, K_CLOSE) = range(14)
T_CLOSE, T_SILENCE, T_TRICKLE, T_REPEAT, T_ACT = range(250, 255)


def serve(*messages, tenths=0):
    return bytes([tenths]) + text(b"".join(messages))


def trickle(*messages):
    return bytes([T_TRICKLE]) + text(b"".join(messages))


def repeated(times, *messages):
    return bytes([T_REPEAT, *times]) + text(b"".join(messages))


def play(calls, *steps):
    return text(bytes(calls)) + b"".join(step if isinstance(step, bytes) else bytes([step]) for step in steps)


def opening(*replies):
    return serve(SERVER_HELLO, MESSAGES["init"], *replies)


DATA = MESSAGES["read_data"]
READ_END = MESSAGES["read_end"]
NOTE = MESSAGES["note"]
SCAN = [K_OPEN, K_START, K_READ_ALL, K_CANCEL, K_CLOSE]


def reload_backend():
    """A server without extension 2: each option is asked for."""
    options = [command(GOPT, *option) for option in (COUNT, RANGE, WORDS, STRINGS, BUTTON, GROUP, TABLE)]
    count = command(COPT, 0, 0, 1, numbers(len(options)))
    return serve(command(HELO, "old"), MESSAGES["init"], MESSAGES["opened_plain"], count, *options)


def backend():
    opened = opening(OPENED)
    scan = serve(STARTED, DATA, DATA, DATA, READ_END)
    cancelled = command(READ, 2) + command(ABRT)
    strings = command(GOPT, "mode", "", "", 3, 0, 8, 5, 3, *["Gray"] * 50)[:-4]
    return {
        "list": play([K_LIST, K_LIST], opening(MESSAGES["devices"]), T_CLOSE, opening(MESSAGES["devices_none"])),
        "list_slow": play([K_LIST], trickle(SERVER_HELLO, MESSAGES["init"])),
        "list_late": play([K_LIST], opening(), serve(NOTE, tenths=15), serve(MESSAGES["devices"], tenths=15)),
        "list_many": play([K_LIST], opening(), serve(number(4) + number(GDEV) + number(4) + number(0)),
                          repeated((60, 100), *[number(5) + b"test\0"] + [number(2) + b"x\0"] * 3), serve(number(1) + b"\0" + number(0))),
        "scan": play(SCAN, opened, scan),
        "scan_twice": play([K_OPEN, K_START, K_READ_ALL, K_START, K_READ_ALL, K_CLOSE], opened, scan, scan),
        "options": play([K_OPEN, K_DESCRIBE, K_GET_ALL, K_PARAMETERS, K_CLOSE], opened, serve(*[MESSAGES["control_reply"]] * 3)),
        "options_set": play([K_OPEN, K_SET, 3, 0, 65, K_GET, 3, K_SET, 2, 0, 1, K_GET_ALL], opened, serve(MESSAGES["control_news"]), serve(MESSAGES["control_refused"])),
        "options_table": play([K_OPEN, K_GET, 6, K_SET, 6, 0, 7, K_DESCRIBE], opened, serve(command(COPT, 0, 0, 1, numbers(1, 2, 3, 4)))),
        "options_reload": play([K_OPEN, K_SET, 3, 0, 65, K_DESCRIBE, K_GET, 3], reload_backend(), serve(MESSAGES["control_options"])),
        "options_old": play([K_OPEN, K_DESCRIBE, K_GET_ALL, K_PARAMETERS, *SCAN[1:]], reload_backend()),
        "options_many": play([K_OPEN, K_DESCRIBE], serve(command(HELO, "old"), MESSAGES["init"], MESSAGES["opened_plain"], command(COPT, 0, 0, 1, numbers(4096))),
                             repeated((4, 255), command(GOPT, *COUNT))),
        "options_long": play([K_OPEN, K_DESCRIBE], serve(command(HELO, "old"), MESSAGES["init"], MESSAGES["opened_plain"], command(COPT, 0, 0, 1, numbers(4096)), command(GOPT, *COUNT)),
                             *[serve(strings) + repeated((40, 100), *[number(5) + b"Gray\0"] * 5) + serve(number(1) + b"\0" + number(0))] * 4),
        "parameters": play([K_OPEN, K_PARAMETERS, K_PARAMETERS], opening(MESSAGES["opened_options"]), serve(MESSAGES["parameters"])),
        "swapped": play([K_OPEN, K_START, K_READ, 0, K_READ, 0, K_READ_ALL], opened, serve(command(STAR, 0, 0, 1, 8, 4, 3, 16, 4321), command(READ, 0, b"012"), DATA, READ_END)),
        "start_plain": play(SCAN, opened, serve(MESSAGES["start_plain"], MESSAGES["parameters"], DATA, READ_END)),
        "start_refused": play([K_OPEN, K_START, K_START, K_START], opened, *[serve(command(STAR, 3, "busy"), *[command(READ, 4)] * 2)] * 3),
        "start_impossible": play([K_OPEN, K_START, K_READ_ALL], opened, serve(command(STAR, 0, 0, 1, -1, 1, 1, 8, 1234))),
        "endless": play(SCAN, opened, serve(command(STAR, 0, 0, 1, 4, 4, -1, 8, 1234)), repeated((255, 255), DATA)),
        "too_much": play(SCAN, opened, serve(STARTED, command(READ, 0, b"x" * 300)), repeated((9, 250), command(READ, 0, b"y" * 250))),
        "read_long": play(SCAN, opened, serve(STARTED), serve(number(4) + number(READ) + number(4) + number(0) + number(65537)), repeated((255, 255), b"z")),
        "read_empty": play(SCAN, opened, serve(STARTED), repeated((60, 100), command(READ, 0))),
        "read_unstarted": play([K_OPEN, K_READ, 9, K_READ, 9], opened, serve(command(READ, 4, "no frame")), serve(DATA)),
        "jam": play(SCAN, opened, serve(STARTED, DATA, command(READ, 6, "jammed"), command(READ, 6))),
        "cancel": play([K_OPEN, K_START, K_READ, 0, K_CANCEL, K_READ, 0, K_START, K_READ_ALL], opened, serve(STARTED, DATA), serve(cancelled), scan),
        "cancel_signal": play([K_OPEN, K_START, K_READ_ALL, K_READ_ALL], opened, serve(STARTED, DATA), T_ACT, serve(cancelled)),
        "cancel_start": play([K_OPEN, K_START, K_READ_ALL], opened, T_ACT, serve(command(STAR, 2)), serve(cancelled)),
        "cancel_ignored": play([K_OPEN, K_START, K_READ, 0, K_CANCEL, K_READ, 0], opened, serve(STARTED, DATA)),
        "cancel_notes": play([K_OPEN, K_START, K_READ, 0, K_CANCEL, K_READ, 0], opened, serve(STARTED, DATA), *[serve(NOTE, tenths=50)] * 5),
        "polled": play([K_OPEN, K_START, K_IO_MODE, 1, K_SELECT_FD, K_READ, 0, K_READ, 0, K_READ, 0, K_CANCEL], opened, serve(STARTED, DATA), scan),
        "get_while_reading": play([K_OPEN, K_START, K_GET, 3, K_READ_ALL], opened, serve(STARTED, DATA, DATA, MESSAGES["control_reply"], DATA, READ_END)),
        "silence": play([K_OPEN], T_SILENCE),
        "silence_open": play([K_OPEN, K_START], opening(), serve(NOTE, tenths=200), T_SILENCE),
        "silence_scan": play(SCAN, opened, serve(STARTED, DATA), T_SILENCE, T_SILENCE),
        "trickle": play(SCAN, trickle(SERVER_HELLO)),
        "trickle_scan": play(SCAN, opened, trickle(STARTED, DATA)),
        "notes": play(SCAN, opened, serve(STARTED), repeated((50, 100), NOTE)),
        "closed": play(SCAN, opened, serve(STARTED, DATA), T_CLOSE),
        "cut": play(SCAN, opened, serve(STARTED, DATA[:-3]), T_CLOSE),
        "fail": play(SCAN, opened, serve(STARTED, MESSAGES["server_fail"])),
        "login": play([K_OPEN, K_START], opening(command(USER)), opening(command(USER), command(PASS_REQ, 1), MESSAGES["open_refused"])),
        "login_late": play(SCAN, opened, serve(STARTED, command(USER), command(PASS_REQ, 1))),
        "unasked": play([K_OPEN, K_START], opening(OPENED, STARTED)),
        "no_greeting": play([K_LIST, K_OPEN], serve(OPENED), serve(b"HTTP/1.0 200 OK\r\n\r\n")),
    }


# What client_library does: calls of a program, and what the server does
(L_REQUEST, L_INT, L_STRING, L_OPAQUE, L_LIST, L_END, L_SCAN_INT, L_SCAN_STRING, L_SCAN_OPAQUE, L_SCAN_LIST, L_SCAN_END, L_SCAN_REPLY, L_FLUSH,
 L_FORMAT) = range(14)


def client_library():
    hello = serve(SERVER_HELLO)

    def formats(*values):
        return b"".join(bytes([L_FORMAT]) + text(value) for value in values)

    ask_init = bytes([L_REQUEST, 0])
    return {
        "init": play(ask_init + bytes([L_SCAN_INT, L_SCAN_INT, L_SCAN_INT, L_SCAN_INT, L_SCAN_END, L_FLUSH]), hello, serve(MESSAGES["init"])),
        "devices": play(bytes([L_REQUEST, 3, L_SCAN_REPLY, L_SCAN_END]), hello, serve(MESSAGES["devices"])),
        "fields": play(bytes([L_REQUEST, 7, L_SCAN_OPAQUE, 1, L_SCAN_OPAQUE, 0, L_SCAN_LIST, 1, L_SCAN_LIST, 40, L_SCAN_STRING, L_SCAN_END]), hello,
                       serve(command(COPT, 0, numbers(1, 2, 3), "text"))),
        "skipped": play(ask_init * 2 + bytes([L_SCAN_INT, L_SCAN_END, L_SCAN_REPLY, L_SCAN_END, L_SCAN_INT]), hello, serve(MESSAGES["init"], MESSAGES["init_busy"])),
        "written": play(bytes([L_INT]) + text("x" * 7) + bytes([L_REQUEST, 4, L_FLUSH]), hello),
        "written_all": play(bytes([L_REQUEST, 4]) + bytes([L_STRING]) + text("a\0b") + bytes([L_END]) + bytes([L_OPAQUE]) + text("xyz") + bytes([L_LIST]) + text("abc") + bytes([L_END, L_FLUSH]), hello),
        "formats": play(formats("%d %s %*c %*d\n", "%d", "%", "%x", "\n\n", "\n%d", " %d\n ", "%d" * 65, "%*"), hello),
        "woken": play(ask_init + bytes([L_SCAN_INT, L_SCAN_INT]), hello, T_ACT, serve(MESSAGES["init"])),
        "silence": play(ask_init + bytes([L_SCAN_INT, L_SCAN_INT]), hello, T_SILENCE, T_SILENCE),
        "no_string": play(bytes([L_REQUEST, 2, L_SCAN_INT, L_SCAN_STRING, L_SCAN_INT, L_SCAN_OPAQUE, 9]), hello, serve(command(STRS, b"a\0b"))),
        "unasked": play([L_SCAN_INT, L_SCAN_END], hello, serve(MESSAGES["init"])),
        "other": play(ask_init + bytes([L_SCAN_INT]), hello, serve(MESSAGES["devices"])),
        "login": play(bytes([L_REQUEST, 4, L_SCAN_REPLY]), hello, serve(command(USER), MESSAGES["open_refused"])),
        "fail": play(ask_init + bytes([L_SCAN_INT, L_SCAN_INT]), hello, serve(MESSAGES["server_fail"])),
        "closed": play(ask_init + bytes([L_SCAN_INT, L_FLUSH]), hello, T_CLOSE),
        "refused": play([L_SCAN_INT], serve(MESSAGES["server_fail"])),
        "trickle": play(ask_init + bytes([L_SCAN_REPLY, L_SCAN_END]), hello, trickle(MESSAGES["init"])),
        "many": play(ask_init * 66 + bytes([L_FLUSH, L_SCAN_REPLY]), hello, repeated((1, 66), MESSAGES["init"])),
    }


# What device_replies does
(D_ASK, D_ASK_LAST, D_OPEN, D_SAYS, D_SAYS_LAST, D_ENDS, D_HEAR, D_WAIT) = range(8)
D_GOPT, D_COPT, D_PARM, D_STAR, D_READ, D_ABRT, D_CLOS, D_IOMO, D_GSFD = range(9)


def device_replies():
    def says(*messages):
        return bytes([D_SAYS]) + text(b"".join(messages))

    def asks(*requests):
        return b"".join(bytes([D_ASK, request]) for request in requests)

    hear = bytes([D_HEAR])
    opened = says(OPENED) + hear
    everything = [MESSAGES["option_range"], MESSAGES["control_reply"], MESSAGES["parameters"], STARTED, DATA, command(ABRT), command(IOMO, 4), command(GSFD, 1, 0), command(CLOS)]
    return {
        "session": opened + asks(D_GOPT, D_COPT, D_PARM, D_STAR, D_READ, D_ABRT, D_IOMO, D_GSFD, D_CLOS) + says(*everything) + hear,
        "ahead": says(OPENED, *everything) + hear + asks(D_GOPT, D_COPT) + says(b"") + hear,
        "scan": opened + asks(D_STAR, D_READ, D_READ, D_READ, D_CLOS) + says(STARTED, DATA, READ_END, READ_END, command(CLOS)) + hear,
        "ends": opened + asks(D_STAR, D_READ, D_READ) + says(STARTED, DATA[:-3]) + bytes([D_ENDS]) + hear + asks(D_READ),
        "other_reply": opened + asks(D_STAR) + says(DATA),
        "refuses": says(MESSAGES["open_refused"]) + hear + bytes([D_OPEN]) + says(OPENED) + hear,
        "two": opened + bytes([D_OPEN, D_SAYS_LAST]) + text(OPENED) + hear + bytes([D_ASK_LAST, D_STAR, D_ASK, D_STAR, D_SAYS_LAST]) + text(STARTED) + says(STARTED) + hear,
        "no_handle": says(command(OPEN, 0)) + hear,
        "cancel": opened + asks(D_STAR, D_READ, D_READ, D_ABRT) + says(STARTED, command(READ, 2), command(READ, 2), command(ABRT)) + hear,
        "silent_cancel": opened + asks(D_STAR, D_ABRT) + bytes([D_WAIT, 9, D_WAIT, 9]) + hear,
        "slow": opened + asks(D_STAR) + bytes([D_WAIT, 11, D_HEAR, D_WAIT, 11]) + says(STARTED) + hear,
        "events": opened + asks(D_STAR) + says(NOTE, command(USER), STARTED) + hear,
        "rubbish": says(b"HTTP/1.0 200 OK\r\n\r\n"),
        "read_nothing": opened + asks(D_STAR, D_READ) + says(STARTED, command(READ, 0)) + hear,
    }


CORPORA = {
    "backend": backend(),
    "client_config": NETSANE_CONF,
    "client_library": client_library(),
    "client_logins": CLIENT_LOGINS,
    "client_session": client_session(),
    "device_replies": device_replies(),
    "frame_decoder": frame_decoder(),
    "groups_file": GROUPS_FILE,
    "ipc": ipc(),
    "known_servers": known_servers(),
    "messages": MESSAGES,
    "pair_crypt": pair(text(b"\x0e\x0f\x10\x11")),
    "pair_pam": pair_pam(),
    "pair_unix": pair(b""),
    "control_request": CONTROL_REQUEST,
    "password_file": PASSWORD_FILE,
    "reply_crypt": reply_crypt(),
    "reply_pam": reply_pam(),
    "reply_unix": reply_unix(),
    "request_crypt": request_crypt(),
    "request_pam": request_pam(),
    "request_unix": request_unix(),
    "server_config": NETSANED_CONF,
    "server_session": server_session(),
    "shadow_file": {name: b"\x00\x20" + value.encode() for name, value in SHADOW_FILE.items()},
    "tls_between": tls_between(),
    "tls_forged": tls_forged(),
    "tls_strangers": tls_strangers(),
    "trace_file": trace_file(),
    "trace_record": trace_record(),
}


def main():
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), "corpus")
    top = sys.argv[1] if len(sys.argv) > 1 else default
    for target, seeds in CORPORA.items():
        folder = os.path.join(top, target)
        os.makedirs(folder, exist_ok=True)
        for name, value in seeds.items():
            with open(os.path.join(folder, "seed-" + name), "wb") as file:
                file.write(value.encode() if isinstance(value, str) else value)
        print(f"{target}: {len(seeds)} seeds")


if __name__ == "__main__":
    main()
