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

# --- packets between the daemon's processes --------------------------------------------------------------------------

COMMANDS = (
    "session_setup auth_channel new_connection open_result device_list logged_in auth_setup session_channel ping connection_closed "
    "open_device close_device list_devices scan_ended login_given_up identity login_refused ready pong start_failed auth_start "
    "auth_step auth_cancel auth_methods auth_continue auth_failed auth_not_applicable exchange_step exchange_outcome"
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
        "session_setup": packet("session_setup", string("/lib"), *strings("tls", "none"), 1, 0, 0, 3, 2000, 60000, 0, *settings),
        "plain_setup": packet("auth_setup", string("/lib"), *strings("unix", "pam"), string("netsane"), 60000, 0),
        "plain_session": packet("session_setup", string("/lib"), *strings("tls", "none"), 1, 0, 0, 3, 2000, 60000, 0, 0),
        "auth_setup": packet("auth_setup", string("/lib"), *strings("unix"), string("netsane"), 60000, *settings),
        "new_connection": packet("new_connection", 1, string("192.0.2.1"), 1),
        "open_result": packet("open_result", 1, 2, 0, 0, string("")),
        "device_list": packet("device_list", 1, 0x01000003, 0, string(""), *strings("test:0")[:1], *map(string, "nvmt")),
        "identity": packet("identity", 1, 2, string("alice"), string("unix")),
        "connection_closed": packet("connection_closed", 1),
        "open_device": packet("open_device", 1, 2, string("test:0")),
        "scan_ended": packet("scan_ended", 1, 2, 5, 1, 0xFFFFFFFF),
        "login_given_up": packet("login_given_up", 1, string("too late")),
        "login_refused": packet("login_refused", 1, string("alice"), string("unix"), string("wrong password")),
        "start_failed": packet("start_failed", string("no such file")),
        "auth_start": packet("auth_start", 1, 2, 1, string("alice"), string("192.0.2.1"), 0, 1, 1, 60000),
        "auth_step": packet("auth_step", 1, 2, string("secret"), b"\0\0\0\1"),
        "auth_cancel": packet("auth_cancel", 1, 2),
        "auth_methods": packet("auth_methods", 1, 1, string("unix"), 1),
        "auth_methods2": packet("auth_methods", 2, 1, 3, string("unix"), 2, 3, string("crypt")),
        "exchange_outcome": packet("exchange_outcome", 0, 0, string(""), string(""), string("AB"), string("CD")),
        "exchange_ok": packet("exchange_outcome", 2, 0, string("alice"), string("")),
        "exchange_fail": packet("exchange_outcome", 3, 2000, string(""), string("wrong password")),
        "exchange_verdict": packet("exchange_outcome", 99, 0, string("alice"), string("")),
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


CORPORA = {
    "client_logins": CLIENT_LOGINS,
    "ipc": ipc(),
    "known_servers": known_servers(),
    "pair_crypt": pair(text(b"\x0e\x0f\x10\x11")),
    "pair_pam": pair_pam(),
    "pair_unix": pair(b""),
    "password_file": PASSWORD_FILE,
    "reply_crypt": reply_crypt(),
    "reply_pam": reply_pam(),
    "reply_unix": reply_unix(),
    "request_crypt": request_crypt(),
    "request_pam": request_pam(),
    "request_unix": request_unix(),
    "shadow_file": {name: b"\x00\x20" + value.encode() for name, value in SHADOW_FILE.items()},
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
