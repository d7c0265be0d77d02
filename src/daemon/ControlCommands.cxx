#include "daemon/ControlCommands.hxx"

#include "daemon/AuditLine.hxx"
#include "daemon/KickTarget.hxx"
#include "daemon/Log.hxx"
#include "util/JsonWriter.hxx"

#include <exception>
#include <stdexcept>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds traffic_patience{1500};
constexpr const char *kick_reason = "the server's administrator has ended this connection";

AuditLine audit(std::string_view event, std::string_view result, const ControlSocket::Caller &caller)
{
    AuditLine line(event, result);
    line.with("by-uid", std::uint64_t{caller.uid}).with("by-pid", static_cast<std::uint64_t>(caller.pid));
    return line;
}

} // namespace

ControlCommands::ControlCommands(EventLoop &loop, Daemon daemon)
    : daemon_(std::move(daemon)),
      socket_(
          loop,
          [this](CallId call, const ControlSocket::Caller &caller, std::string_view line) {
              request(call, caller, line);
          },
          makeControlError),
      traffic_patience_(loop, [this] { tellStatus(); })
{
}

std::unique_ptr<ControlListener> ControlCommands::open(const std::string &path, bool is_default) const
{
    if (path.empty() || path == socket_.path())
        return nullptr;
    try {
        return std::make_unique<ControlListener>(path, is_default);
    } catch (const std::exception &error) {
        if (!is_default)
            throw std::runtime_error(std::string("control_socket: ") + error.what());
        logWarning(std::string("no control socket, so \"netsane status\" can't be answered: ") + error.what());
        return nullptr;
    }
}

void ControlCommands::use(const std::string &path, std::unique_ptr<ControlListener> listener)
{
    if (path.empty() || path != socket_.path())
        socket_.use(std::move(listener));
}

void ControlCommands::stop()
{
    traffic_patience_.cancel();
    for (const CallId call : std::exchange(reload_calls_, {}))
        socket_.answer(call, makeControlError("the server is ending"));
    socket_.stop();
}

void ControlCommands::request(CallId call, const ControlSocket::Caller &caller, std::string_view line)
{
    try {
        const auto asked = ControlRequest::parse(line);
        switch (asked.command) {
        case ControlRequest::Command::status:
            return askStatus(call);
        case ControlRequest::Command::kick:
            return kick(call, caller, asked);
        case ControlRequest::Command::reload:
            return reload(call, caller);
        }
    } catch (const std::invalid_argument &error) {
        socket_.answer(call, makeControlError(error.what()));
    }
}

// --- status -----------------------------------------------------------------------------------------------------

// Who asks while another waits gets the same answer.
void ControlCommands::askStatus(CallId call)
{
    status_calls_.push_back(call);
    if (traffic_asked_)
        return;
    traffic_.clear();
    if (!daemon_.ask_traffic({++serial_}))
        return tellStatus();
    traffic_asked_ = true;
    traffic_patience_.schedule(traffic_patience);
}

// What isn't a connection of ours, or doesn't answer our question, is nobody's business.
void ControlCommands::traffic(const TrafficReport &report)
{
    if (!traffic_asked_ || report.serial != serial_)
        return;
    for (const auto &entry : report.connections)
        if (daemon_.connections.find(entry.connection))
            traffic_.insert_or_assign(entry.connection, entry);
    if (report.last)
        tellStatus();
}

void ControlCommands::tellStatus()
{
    traffic_asked_ = false;
    traffic_patience_.cancel();
    const std::string text = makeStatusReport({daemon_.connections, daemon_.broker, daemon_.penalties, traffic_},
                                              daemon_.facts(), EventLoop::now(), std::time(nullptr));
    for (const CallId call : std::exchange(status_calls_, {}))
        socket_.answer(call, text);
}

// --- kick -------------------------------------------------------------------------------------------------------

std::vector<ConnectionId> ControlCommands::meantBy(const ControlRequest &request) const
{
    const KickTarget target(request);
    std::vector<ConnectionId> meant;
    for (const ConnectionId id : daemon_.connections.ids())
        if (const auto *const client = daemon_.connections.find(id);
            target.matches(id, *client, daemon_.broker.devicesHeldBy(id)))
            meant.push_back(id);
    return meant;
}

void ControlCommands::kick(CallId call, const ControlSocket::Caller &caller, const ControlRequest &request)
{
    const auto meant = meantBy(request);
    JsonWriter json(JsonWriter::Layout::one_line);
    beginControlAnswer(json, true);
    json.count("count", meant.size());
    json.open('[', "ended");
    for (const ConnectionId id : meant) {
        const auto &client = *daemon_.connections.find(id);
        audit("kick", "ended", caller)
            .with("user", client.user.value_or(""))
            .with("from", client.peer.hostText())
            .with("connection", id)
            .write();
        if (json.size() < max_status_entries * 100) {
            json.open('{');
            json.count("id", id);
            json.text("peer", client.peer.toString());
            client.user ? json.text("user", *client.user) : json.null("user");
            json.list("devices", daemon_.broker.devicesHeldBy(id), [](const std::string &name) { return name; });
            json.close('}');
        }
        daemon_.end_connection({id, kick_reason});
    }
    json.close(']');
    json.close('}');
    if (meant.empty())
        audit("kick", "nobody", caller).with("meant", request.value).write();
    socket_.answer(call, json.take());
}

// --- reload -----------------------------------------------------------------------------------------------------

void ControlCommands::reload(CallId call, const ControlSocket::Caller &caller)
{
    audit("reload", "asked", caller).write();
    reload_calls_.push_back(call);
    if (const std::string refusal = daemon_.reload(); !refusal.empty()) {
        std::erase(reload_calls_, call);
        socket_.answer(call, makeControlError(refusal));
    }
}

void ControlCommands::reloaded(const std::string &failure, const std::vector<std::string> &restart_keys)
{
    JsonWriter json(JsonWriter::Layout::one_line);
    beginControlAnswer(json, true);
    json.flag("reloaded", failure.empty());
    json.text("failure", failure);
    json.list("needs_restart", restart_keys, [](const std::string &key) { return key; });
    json.close('}');
    const std::string text = json.take();
    for (const CallId call : std::exchange(reload_calls_, {}))
        socket_.answer(call, text);
}

} // namespace netsane
