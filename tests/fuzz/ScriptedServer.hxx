// A server on a unix socket that says what an input has for it, in a time of its own: whenever the client has nothing
// to do but wait in poll(2), the server's next words come, and the clock goes on by as much as they took. So a target
// needs neither a thread nor any waiting, and sees how long each call would have waited.
//
// One per program, which must be linked with $(fuzz_wrap_ldflags): its poll(2) and steady_clock are replaced.

#pragma once

#include "tests/fuzz/FuzzInput.hxx"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace netsane {

class ScriptedServer {
public:
    using Duration = std::chrono::nanoseconds;

    /// In a folder of its own, which is removed when the program ends. HOME and SANE_CONFIG_DIR are there, too: nothing
    /// of the person who runs it counts.
    static ScriptedServer &instance();

    /// "unix:/…"
    const std::string &name() const noexcept { return name_; }

    /// Plays an input from now on; it must outlive the playing. Each step is a byte and what it needs:
    /// 0 to 249: tenths of a second to wait, and a text to send then; close: the connection; silence: 25 s;
    /// trickle: a text, a byte a second; repeat: two bytes which multiplied say how often, and a text; act: calls
    /// on_act.
    void play(FuzzInput &input, std::function<void()> on_act);
    enum Step : unsigned char { first_special = 250, close = 250, silence, trickle, repeat, act };

    /// Ends the connection. The clock stays where it is.
    void stop();

    /// All that was sent since play(), as far as the client has had it or could have had it.
    const std::string &sent() const noexcept { return sent_; }

    /// All that the client has sent on the last connection, up to now.
    const std::string &heard()
    {
        accept();
        return heard_;
    }

    /// Since the last word of the server, or since noteCall(): the longest time that somebody has waited in vain.
    Duration longestWait() const noexcept { return longest_wait_; }
    void noteCall() noexcept;

    // For the replaced functions.

    /// Lets the server go on until it has done something that a client may see; false if it does nothing before at_most
    /// is over, or never.
    bool advance(std::optional<Duration> at_most);
    Duration now() noexcept { return clock_ += std::chrono::microseconds(1); }

private:
    ScriptedServer();

    void accept();
    bool push();
    bool takeStep();

    std::string name_;
    int listener_ = -1;
    int connection_ = -1;
    FuzzInput *input_ = nullptr;
    std::function<void()> on_act_;
    std::string unsent_;
    bool one_by_one_ = false;
    std::string sent_;
    std::string heard_;
    size_t repeated_bytes_ = 0;
    Duration clock_{std::chrono::hours(1)};
    Duration due_ = clock_; // of what stands in unsent_, else of the next step
    Duration last_word_ = clock_;
    Duration longest_wait_{};
};

} // namespace netsane
