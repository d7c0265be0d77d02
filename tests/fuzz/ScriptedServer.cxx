#include "tests/fuzz/ScriptedServer.hxx"

#include "tests/fuzz/Require.hxx"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

using namespace std::chrono_literals;

constexpr size_t max_repeated_bytes = 3U << 20; // of an input: more than a message may have
constexpr size_t max_sent_bytes = 4U << 20;     // that are kept
constexpr auto tick = 100ms;

std::string folder;

void removeFolder()
{
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}

std::string makeFolder()
{
    std::string path = (std::filesystem::temp_directory_path() / "netsane-fuzz-XXXXXX").string();
    require(::mkdtemp(path.data()) != nullptr, "a folder can be made");
    folder = path;
    std::atexit(removeFolder);
    std::ofstream(path + "/netsane.conf") << "plugin_dir = " << path << "/no-plugins\n";
    for (const char *const variable : {"HOME", "XDG_CONFIG_HOME", "SANE_CONFIG_DIR"})
        ::setenv(variable, path.c_str(), 1);
    ::unsetenv("NETSANE_NO_BACKEND");
    ::unsetenv("SANE_DEBUG_NETSANE");
    return path;
}

} // namespace

ScriptedServer &ScriptedServer::instance()
{
    static ScriptedServer server;
    return server;
}

ScriptedServer::ScriptedServer()
{
    // Once, so that it doesn't count as what a target needs.
    unsent_.reserve(max_repeated_bytes * 2);
    sent_.reserve(max_sent_bytes * 2);
    heard_.reserve(max_sent_bytes);
    const std::string path = makeFolder() + "/s";
    name_ = "unix:" + path;
    ::setenv("NETSANE_SERVERS", name_.c_str(), 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    require(path.size() < sizeof address.sun_path, "the folder's name is short");
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    require(::bind(listener_, reinterpret_cast<sockaddr *>(&address), sizeof address) == 0 &&
                ::listen(listener_, 16) == 0,
            "a socket can be made");
}

void ScriptedServer::play(FuzzInput &input, std::function<void()> on_act)
{
    stop();
    input_ = &input;
    on_act_ = std::move(on_act);
    sent_.clear();
    heard_.clear();
    repeated_bytes_ = 0;
    noteCall();
    longest_wait_ = {};
}

void ScriptedServer::stop()
{
    accept(); // whoever still waits there belongs to the last input
    if (connection_ >= 0)
        ::close(std::exchange(connection_, -1));
    input_ = nullptr;
    unsent_.clear();
    one_by_one_ = false;
    due_ = clock_;
}

void ScriptedServer::noteCall() noexcept
{
    last_word_ = clock_;
}

// The newest connection is the one that counts.
void ScriptedServer::accept()
{
    for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        if (connection_ >= 0)
            ::close(connection_);
        connection_ = fd;
        unsent_.clear();
        heard_.clear();
        due_ = clock_;
    }
    std::array<char, 4096> heard;
    ssize_t count;
    while (connection_ >= 0 && (count = ::recv(connection_, heard.data(), heard.size(), 0)) > 0)
        heard_.append(heard.data(), static_cast<size_t>(count));
}

// True if the client has got something.
bool ScriptedServer::push()
{
    const size_t size = one_by_one_ ? 1 : unsent_.size();
    const ssize_t count = ::send(connection_, unsent_.data(), size, MSG_NOSIGNAL);
    if (count < 0 && errno != EAGAIN) // it has left
        unsent_.clear();
    if (count <= 0)
        return false;
    if (sent_.size() < max_sent_bytes)
        sent_.append(unsent_, 0, static_cast<size_t>(count));
    unsent_.erase(0, static_cast<size_t>(count));
    if (one_by_one_)
        due_ = clock_ + 1s;
    last_word_ = clock_;
    return true;
}

// True if the client may notice it.
bool ScriptedServer::takeStep()
{
    const unsigned char step = input_->byte();
    one_by_one_ = step == trickle;
    if (step < first_special || step == trickle) {
        due_ = clock_ + (one_by_one_ ? 1 : step) * tick;
        unsent_.append(input_->text());
    } else if (step == repeat) {
        size_t times = size_t{input_->byte()};
        times *= input_->byte();
        const std::string once = input_->text();
        while (times-- > 0 && repeated_bytes_ < max_repeated_bytes) {
            unsent_ += once;
            repeated_bytes_ += once.size() + 1;
        }
    } else if (step == silence) {
        due_ = clock_ + 25s;
    } else if (step == close) {
        ::close(std::exchange(connection_, -1));
        return true;
    } else if (on_act_) {
        on_act_();
        return true;
    }
    return false;
}

bool ScriptedServer::advance(std::optional<Duration> at_most)
{
    const auto end = at_most ? clock_ + *at_most : Duration::max();
    accept();
    for (;;) {
        const bool is_silent = connection_ < 0 || input_ == nullptr || (unsent_.empty() && input_->atEnd());
        const auto until = is_silent ? end : std::min(end, due_);
        longest_wait_ = std::max(longest_wait_, until - last_word_);
        if (until == Duration::max())
            return false;
        clock_ = std::max(clock_, until);
        if (is_silent || due_ > end)
            return false;
        if (unsent_.empty() ? takeStep() : push())
            return true;
    }
}

} // namespace netsane

extern "C" {

int __real_poll(pollfd *fds, nfds_t count, int timeout);

int __wrap_poll(pollfd *fds, nfds_t count, int timeout)
{
    auto &server = netsane::ScriptedServer::instance();
    auto left = std::chrono::nanoseconds(std::chrono::milliseconds(timeout));
    for (;;) {
        const int ready = __real_poll(fds, count, 0);
        if (ready != 0 || timeout == 0)
            return ready;
        const auto before = server.now();
        const bool moved = server.advance(timeout < 0 ? std::nullopt : std::optional(left));
        left -= server.now() - before;
        if (!moved) {
            netsane::require(timeout >= 0, "nobody waits for ever");
            return __real_poll(fds, count, 0);
        }
        left = std::max(left, std::chrono::nanoseconds(0));
    }
}

// std::chrono::steady_clock::now(), of which the value is nanoseconds.
std::int64_t __wrap__ZNSt6chrono3_V212steady_clock3nowEv()
{
    return netsane::ScriptedServer::instance().now().count();
}
}
