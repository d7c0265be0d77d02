#!/usr/bin/python3
"""Nothing about a user shows in the time that a refused login takes: known, unknown, locked, of another scheme.

Two users are compared by 200 logins each, in random order, each on a connection of its own, against a daemon that adds
no delay. What is measured is the time from the last byte of a message to the whole answer: from PASS_RPLY to the
refusal, and for crypt also from USER to PASS_REQ, where the server looks the user up.

Welch's t-test at p < 0.001 decides. On a machine that does other things as well, some answers come late by far more than
what is looked for: times beyond a limit that is taken from both samples together are left out of both. One comparison in
a thousand finds a difference where there is none, so one that finds something is made again, with new logins: it takes
three in a row that find the same user slower to fail. A difference that is really there is found each time; the test
named "sees" shows that.
"""

import os
import random
import statistics
import time

import harness
import seed

# Logins for each of the two users. What sanitizers add has times of its own: there it is enough that all of it works.
TRIES = 200 if os.environ.get("NETSANE_SANITIZERS", "no") == "no" else 50
ROUNDS = 3
Z = 3.2905  # two-sided p = 0.001 of the normal distribution
SECRET = "#secret:" + "k" * 43

# Wrong passwords need no right ones. All of a cost, as a stand-in is any of the users of the file.
SHA512 = harness.PASSWORD_HASH
SLOWER = SHA512.replace("rounds=1000", "rounds=10000")
DES = "ABRCL9ijBr2LY"


def critical_t(degrees):
    """The t that |t| exceeds with p = 0.001, from that of the normal distribution (Abramowitz and Stegun 26.7.5)."""
    return Z + (Z**3 + Z) / (4 * degrees) + (5 * Z**5 + 16 * Z**3 + 3 * Z) / (96 * degrees**2)


def welch(first, second):
    """(t, degrees of freedom)"""
    a, b = (statistics.variance(sample) / len(sample) for sample in (first, second))
    t = (statistics.fmean(first) - statistics.fmean(second)) / (a + b)**0.5
    return t, (a + b)**2 / (a**2 / (len(first) - 1) + b**2 / (len(second) - 1))


def without_outliers(first, second):
    """Both samples without what is above a limit that both have in common."""
    together = first + second
    median = statistics.median(together)
    spread = statistics.median(abs(value - median) for value in together)
    limit = median + 10 * spread
    return [value for value in first if value <= limit], [value for value in second if value <= limit]


class Comparison:
    """What one round found for one of the intervals."""

    def __init__(self, what, first, second):
        first, second = without_outliers(first, second)
        self.what = what
        self.t, degrees = welch(first, second)
        self.slower = 0 if abs(self.t) <= critical_t(degrees) else 1 if self.t > 0 else 2
        self.text = (f"{what}: {statistics.fmean(first) * 1e6:.1f} µs ({len(first)}) and"
                     f" {statistics.fmean(second) * 1e6:.1f} µs ({len(second)}), t = {self.t:.2f}")


class LoginTiming(harness.EndToEndTest):
    def start(self, auth, lines):
        path = harness.write_file(f"{self.folder}/users", "".join(f"{line}\n" for line in [SECRET, *lines]), 0o600)
        self.server = self.daemon(keys={"auth": auth, "auth_fail_delay": 0},
                                  tables=[(f"[auth_{method}]", {"file": path}) for method in auth])
        self.server.start()

    def timed(self, connection, *fields):
        """Sends a message; (what came back, seconds)"""
        data = seed.message(*fields)
        begin = time.perf_counter()
        connection.send(data)
        answer = connection.receive()
        return answer, time.perf_counter() - begin

    def login(self, user):
        """A login with a wrong password: {what: seconds}."""
        with seed.Connection(("127.0.0.1", self.server.port)) as connection:
            connection.send(seed.message(seed.d(seed.OPEN), seed.s("test:0")))
            self.assertEqual(seed.signed(connection.receive()[0]), seed.USER)
            request, asked = self.timed(connection, seed.d(seed.USER), seed.s(user))
            times = {"from USER to the answer": asked}
            if seed.signed(request[0]) == seed.PASS_REQ:
                method = seed.signed(request[1])
                reply = [seed.s("wrong")] if method == seed.PASS_UNIX else [seed.s("CDcC3uINqJo7Q")] * 2
                answer, refused = self.timed(connection, seed.d(seed.PASS_RPLY), seed.d(method), *reply)
                self.assertEqual(seed.signed(answer[0]), seed.USER, "refused, and asked again")
                times[f"from PASS_RPLY of method {method} to the refusal"] = refused
            else:
                self.assertEqual(seed.signed(request[0]), seed.USER, "no method is for this user: asked again")
            return times

    def compare(self, first, second):
        """One round: a Comparison for each interval."""
        users = [first, second] * TRIES
        random.shuffle(users)
        samples = {first: {}, second: {}}
        for user in (first, second):  # what the first one of all costs isn't counted
            self.login(user)
        for user in users:
            for what, seconds in self.login(user).items():
                samples[user].setdefault(what, []).append(seconds)
        self.assertEqual(samples[first].keys(), samples[second].keys(), "the same messages")
        return [Comparison(what, samples[first][what], samples[second][what]) for what in samples[first]]

    def find_difference(self, first, second):
        """The findings of all rounds if each found the same user slower in the same interval, else ""."""
        texts, common = [], None
        for _ in range(ROUNDS):
            comparisons = self.compare(first, second)
            texts += [found.text for found in comparisons]
            findings = {(found.what, found.slower) for found in comparisons if found.slower}
            common = findings if common is None else common & findings
            if not common:
                return ""
        return "\n".join(texts)

    def assert_same_time(self, first, second):
        found = self.find_difference(first, second)
        if found:
            self.fail(f"{first} and {second} differ in each of {ROUNDS} rounds:\n{found}")

    def test_unix_of_an_unknown_user(self):
        self.start(["unix"], [f"alice:{SHA512}", f"bob:{SHA512}"])
        self.assert_same_time("alice", "mallory")
        self.server.stop()

    def test_unix_of_a_locked_user(self):
        self.start(["unix"], [f"alice:{SHA512}", f"bob:!{SHA512}", "carol:*"])
        self.assert_same_time("alice", "bob")
        self.assert_same_time("alice", "carol")
        self.server.stop()

    def test_unix_sees_another_cost(self):
        self.start(["unix"], [f"alice:{SHA512}", f"bob:{SLOWER}"])
        self.assertTrue(self.find_difference("alice", "bob"), "ten times the work must be seen")
        self.server.stop()

    def test_crypt_of_an_unknown_user(self):
        self.start(["crypt"], [f"alice:{DES}", f"bob:{DES}"])
        self.assert_same_time("alice", "mallory")
        self.server.stop()

    def test_crypt_of_a_locked_user(self):
        self.start(["crypt"], [f"alice:{DES}", f"bob:!{DES}", "carol:*"])
        self.assert_same_time("alice", "bob")
        self.assert_same_time("alice", "carol")
        self.server.stop()

    def test_crypt_of_a_user_of_another_scheme(self):
        # Crypt is for nobody in the file, and so for no stand-in.
        for auth in (["crypt"], ["crypt", "unix"]):
            with self.subTest(auth=auth):
                self.start(auth, [f"alice:{SHA512}", f"bob:{SHA512}"])
                self.assert_same_time("alice", "mallory")
                self.server.stop()


if __name__ == "__main__":
    harness.main()
