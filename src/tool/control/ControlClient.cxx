#include "tool/control/ControlClient.hxx"

#include "config/ControlSocketPath.hxx"
#include "os/Error.hxx"
#include "os/UnixListener.hxx"
#include "tool/InstalledFolders.hxx"
#include "tool/ToolError.hxx"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace netsane {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_answer_bytes = 64U << 20;

[[noreturn]] void failConnect(const std::string &path, const std::system_error &error)
{
    const int number = error.code().value();
    if (number == ENOENT || number == ECONNREFUSED || number == ENOTDIR)
        throw ToolError(ExitCode::absent, "no netsaned answers at " + path +
                                              ": is it running, with this configuration (--config), and not with "
                                              "control_socket = \"\"?");
    if (number == EACCES)
        throw ToolError(ExitCode::failed, path + ": " + errnoText(number) +
                                              "; it is for root and the user who has started netsaned: try sudo");
    throw ToolError(ExitCode::failed, error.what());
}

UniqueFd connectTo(const std::string &path)
{
    try {
        return connectToUnixPath(path);
    } catch (const std::system_error &error) {
        failConnect(path, error);
    }
}

void waitReadable(int fd, Clock::time_point deadline)
{
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd entry{fd, POLLIN, 0};
        const int ready = left.count() <= 0 ? 0 : ::poll(&entry, 1, static_cast<int>(left.count()));
        if (ready > 0)
            return;
        if (ready == 0)
            throw ToolError(ExitCode::failed, "netsaned doesn't answer in time");
        if (errno != EINTR)
            throwErrno("wait for netsaned");
    }
}

std::string receiveAll(int fd, Clock::time_point deadline)
{
    std::string text;
    char block[65536];
    for (;;) {
        waitReadable(fd, deadline);
        const ssize_t got = ::recv(fd, block, sizeof block, MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno == ECONNRESET))
            return text;
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            throwErrno("read what netsaned answers");
        if (got > 0)
            text.append(block, static_cast<std::size_t>(got));
        if (text.size() > max_answer_bytes)
            throw ToolError(ExitCode::failed, "what netsaned answers is too long");
    }
}

nlohmann::json parseAnswer(const std::string &text)
{
    auto answer = nlohmann::json::parse(text, nullptr, false);
    if (!answer.is_object() || !answer.contains("ok") || !answer["ok"].is_boolean())
        throw ToolError(ExitCode::failed, text.empty() ? "netsaned has closed the connection without an answer"
                                                       : "netsaned's answer can't be understood");
    if (!answer["ok"].get<bool>())
        throw ToolError(ExitCode::failed, answer.contains("error") && answer["error"].is_string()
                                              ? answer["error"].get<std::string>()
                                              : std::string("netsaned refuses"));
    return answer;
}

} // namespace

void ControlOptions::addTo(CLI::App &app)
{
    const auto not_empty = [](const std::string &value) {
        return std::string(value.empty() ? "the value is empty" : "");
    };
    auto *const config =
        app.add_option("--config", config_file_, "the server's configuration (" + configFolder() + "/netsaned.conf)")
            ->type_name("FILE")
            ->check(not_empty);
    app.add_option("--socket", socket_, "its control socket, whatever the configuration says")
        ->type_name("PATH")
        ->check(not_empty)
        ->excludes(config);
}

// A file that is just being edited must not keep anybody from asking the server about it.
std::string ControlOptions::path() const
{
    if (!socket_.empty())
        return socket_;
    const std::string file = config_file_.empty() ? configFolder() + "/netsaned.conf" : config_file_;
    const bool is_root = isRootsConfiguration(file);
    try {
        const auto path = controlSocketPath(readServerConfig(file), systemRunFolder(), is_root);
        if (path.empty())
            throw ToolError(ExitCode::failed, file + " switches the control socket off (control_socket = \"\")");
        return path;
    } catch (const ConfigError &error) {
        const auto usual = controlSocketPath(ServerConfig(), systemRunFolder(), is_root);
        if (usual.empty() || ::access(usual.c_str(), F_OK) != 0)
            throw ToolError(ExitCode::failed,
                            std::string(error.what()) +
                                "\nWhere the control socket is, is not known then: name it with --socket");
        return usual;
    }
}

nlohmann::json ControlClient::ask(const std::string &request, std::chrono::seconds patience) const
{
    const auto deadline = Clock::now() + patience;
    const UniqueFd socket = connectTo(path_);
    const std::string line = request + "\n"; // always fits into the socket's buffer
    if (::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL) < 0 && errno != EPIPE)
        throwErrno("ask netsaned");
    return parseAnswer(receiveAll(socket.get(), deadline));
}

} // namespace netsane
