#include "client/ServerBrowser.hxx"

#include "os/Error.hxx"
#include "os/Socket.hxx"

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <dlfcn.h>
#include <fcntl.h>
#include <spawn.h>
#include <string_view>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

extern char **environ;

namespace netsane {

namespace {

// Of all lines: more than Avahi is asked for, with room for several addresses of each.
constexpr std::size_t max_browse_bytes = 256 * 1024;

// What the program of other people has done to its signals is not for ours.
class SpawnSettings {
public:
    SpawnSettings(int null, int output)
    {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        good_ = ::posix_spawn_file_actions_adddup2(&actions_, null, STDIN_FILENO) == 0 &&
                ::posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO) == 0 &&
                ::posix_spawn_file_actions_adddup2(&actions_, null, STDERR_FILENO) == 0 &&
                ::posix_spawnattr_setsigmask(&attributes_, &none) == 0 &&
                ::posix_spawnattr_setsigdefault(&attributes_, &all) == 0 &&
                ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF) == 0;
    }
    ~SpawnSettings()
    {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }
    SpawnSettings(const SpawnSettings &) = delete;
    SpawnSettings &operator=(const SpawnSettings &) = delete;

    int spawn(pid_t &pid, const std::string &program) const
    {
        char *const arguments[] = {const_cast<char *>(program.c_str()), nullptr};
        // What is loaded into somebody's frontend is for that.
        std::vector<char *> environment;
        for (char **entry = environ; entry && *entry; ++entry)
            if (!std::string_view(*entry).starts_with("LD_PRELOAD="))
                environment.push_back(*entry);
        environment.push_back(nullptr);
        return good_ ? ::posix_spawn(&pid, program.c_str(), &actions_, &attributes_, arguments, environment.data())
                     : ENOMEM;
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
    bool good_ = false;
};

// dup2() onto itself would leave FD_CLOEXEC set.
UniqueFd aboveStandard(UniqueFd fd)
{
    return fd.get() > STDERR_FILENO ? std::move(fd) : UniqueFd(::fcntl(fd.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

// The folder of the shared object, or the program, that this function is in.
std::string ownFolder()
{
    Dl_info info{};
    if (::dladdr(reinterpret_cast<void *>(&browseProgram), &info) == 0 || !info.dli_fname)
        return {};
    // Of a program it is what the caller has called it, which says nothing of where it is.
    const bool is_program = std::string_view(info.dli_fname) == ::program_invocation_name;
    const char *const own_file = is_program ? "/proc/self/exe" : info.dli_fname;
    std::array<char, PATH_MAX> path{};
    if (!::realpath(own_file, path.data()))
        return {};
    const std::string text = path.data();
    return text.substr(0, text.rfind('/'));
}

} // namespace

std::string browseProgram()
{
    if (::getauxval(AT_SECURE) != 0)
        return {};
    // Installed below another folder (DESTDIR), all of it is there.
    const std::string folder = ownFolder();
    std::string root;
    for (const std::string_view installed : {NETSANE_SANEDIR, NETSANE_LIBDIR, NETSANE_BINDIR})
        if (folder.ends_with(installed)) {
            root = folder.substr(0, folder.size() - installed.size());
            break;
        }
    return root + NETSANE_LIBEXECDIR "/netsane-browse";
}

ServerBrowser::ServerBrowser(const std::string &program, DebugSink debug) : debug_(std::move(debug))
{
    if (!program.empty())
        start(program);
}

// The process is this one's child, and unreaped, if it can be waited for: only then its number is surely its own. A
// program that reaps all children has done that for us.
ServerBrowser::~ServerBrowser()
{
    if (pid_ <= 0)
        return;
    pid_t ended;
    do {
        ended = ::waitpid(pid_, nullptr, WNOHANG);
    } while (ended < 0 && errno == EINTR);
    if (ended != 0)
        return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR)
        continue;
}

void ServerBrowser::say(int level, const std::string &text) const
{
    if (debug_)
        debug_(level, text);
}

void ServerBrowser::start(const std::string &program)
{
    std::array<int, 2> ends{-1, -1};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        return say(1, "looking for servers: " + errnoText(errno));
    UniqueFd ours(ends[0]);
    const UniqueFd theirs = aboveStandard(UniqueFd(ends[1]));
    const UniqueFd null = aboveStandard(UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC)));
    if (!theirs || !null || ::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0)
        return say(1, "looking for servers: " + errnoText(errno));
    if (const int error = SpawnSettings(null.get(), theirs.get()).spawn(pid_, program); error != 0) {
        pid_ = -1;
        return say(3, "looking for servers: " + program + ": " + errnoText(error));
    }
    pipe_ = std::move(ours);
}

std::vector<FoundServer> ServerBrowser::takeFound()
{
    std::vector<FoundServer> found;
    std::array<char, 4096> block;
    while (pipe_) {
        const ssize_t got = ::read(pipe_.get(), block.data(), block.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && errno == EAGAIN)
            return found;
        if (got <= 0) {
            pipe_.reset();
            return found;
        }
        text_.append(block.data(), static_cast<std::size_t>(got));
        bytes_ += static_cast<std::size_t>(got);
        for (auto end = text_.find('\n'); end != std::string::npos && pipe_; end = text_.find('\n')) {
            takeLine(std::string_view(text_).substr(0, end), found);
            text_.erase(0, end + 1);
        }
        if (bytes_ > max_browse_bytes || text_.size() > max_browse_line_bytes)
            pipe_.reset();
    }
    return found;
}

void ServerBrowser::takeLine(std::string_view line, std::vector<FoundServer> &found)
{
    auto event = parseBrowseLine(line);
    if (!event)
        return;
    switch (event->kind) {
    case BrowseEvent::Kind::seen:
        ++seen_;
        return;
    case BrowseEvent::Kind::found:
        ++found_;
        found.push_back(std::move(event->server));
        return;
    case BrowseEvent::Kind::fault:
        say(3, "looking for servers: " + event->text);
        [[fallthrough]];
    case BrowseEvent::Kind::done:
        pipe_.reset();
    }
}

} // namespace netsane
