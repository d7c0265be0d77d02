// Plays a session process that an attacker has taken over: a crypt method whose stream does what the client's first
// bytes say, "open" for example, and logs what became of it: "escape: open: 0", or errno. With the key at_start it does
// one of them when it is loaded, and can't be used where that fails.

#include "CryptBoundary.hxx"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <map>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace {

int failed(long result)
{
    return result < 0 ? errno : 0;
}

int openFile(const char *path, int flags)
{
    const int fd = ::open(path, flags | O_CLOEXEC, 0600);
    const int error = failed(fd);
    ::close(fd);
    return error;
}

int forkAway()
{
    const pid_t pid = ::fork();
    if (pid == 0)
        ::_exit(0);
    const int error = failed(pid);
    ::waitpid(pid, nullptr, 0);
    return error;
}

int execute()
{
    std::array<char *, 2> arguments{const_cast<char *>("true"), nullptr};
    return failed(::execv("/bin/true", arguments.data()));
}

int connectElsewhere()
{
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return errno;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int error = failed(::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address));
    ::close(fd);
    return error;
}

const std::map<std::string, std::function<int()>> attempts = {
    {"nothing", [] { return 0; }},
    {"stop", [] { return ::raise(SIGSTOP); }}, // until somebody lets it go on
    {"open", [] { return openFile("/etc/passwd", O_RDONLY); }},
    {"create", [] { return openFile("/tmp/netsane-escape", O_WRONLY | O_CREAT); }},
    {"fork", forkAway},
    {"exec", execute},
    {"connect", connectElsewhere},
    {"kill", [] { return failed(::kill(::getppid(), 0)); }},
};

class EscapeStream {
public:
    explicit EscapeStream(const netsane_host_v1 *host) : host_(host) {}

    size_t pushWire(std::span<const std::byte> bytes)
    {
        if (!std::exchange(tried_, true))
            attempt({reinterpret_cast<const char *>(bytes.data()), bytes.size()});
        return bytes.size();
    }
    size_t pullWire(std::span<std::byte>) { return 0; }
    size_t readPlain(std::span<std::byte>) { return 0; }
    size_t writePlain(std::span<const std::byte> bytes) { return bytes.size(); }
    void endWire() { ended_ = true; }
    void shutdown() {}
    size_t pendingWire() const { return 0; }
    size_t pendingPlain() const { return 0; }
    uint32_t state() const { return ended_ ? NETSANE_STATE_CLOSED : NETSANE_STATE_OPEN; }
    const char *errorText() const { return ""; }
    size_t exportBinding(std::span<std::byte>) const { return 0; }
    const char *peer(uint32_t) const { return nullptr; }

private:
    void attempt(const std::string &name) const
    {
        const int error = attempts.at(name)();
        host_->log(host_->host, NETSANE_LOG_INFO, ("escape: " + name + ": " + std::to_string(error)).c_str());
    }

    const netsane_host_v1 *const host_;
    bool tried_ = false;
    bool ended_ = false;
};

int32_t init(const netsane_host_v1 *host, void **method)
{
    *method = const_cast<netsane_host_v1 *>(host);
    const char *const name = host->config(host->host, "at_start");
    if (!name)
        return 0;
    const int error = attempts.at(name)();
    if (error != 0)
        host->log(host->host, NETSANE_LOG_ERROR,
                  (std::string(name) + " at the start: " + std::strerror(error)).c_str());
    return error;
}

int32_t create(void *method, const netsane_crypt_params_v1 *, void **stream)
{
    *stream = std::make_unique<EscapeStream>(static_cast<const netsane_host_v1 *>(method)).release();
    return 0;
}

constexpr netsane_crypt_ops_v1 operations = netsane::CryptBoundary<EscapeStream>::operations(create);

const netsane_plugin_v1 plugin = {
    .struct_size = sizeof plugin,
    .kind = NETSANE_KIND_CRYPT,
    .method_id = 0x8021,
    .flags = NETSANE_FLAG_TEST_ONLY,
    .name = "escape",
    .version = "1",
    .init = init,
    .fini = nullptr,
    .auth_server = nullptr,
    .auth_client = nullptr,
    .crypt_server = &operations,
    .crypt_client = &operations,
};

} // namespace

NETSANE_PLUGIN_ENTRY(crypt_escape)
{
    (void)host_minor;
    return &plugin;
}
