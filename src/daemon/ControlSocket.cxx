#include "daemon/ControlSocket.hxx"

#include "daemon/ControlRequest.hxx"
#include "daemon/Log.hxx"

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr int max_accepts_per_turn = 16;
constexpr Milliseconds pause_without_descriptors{1000};

// Nobody, where the kernel doesn't say.
ControlSocket::Caller callerAt(int socket) noexcept
{
    ucred credentials{};
    socklen_t size = sizeof credentials;
    if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 || size != sizeof credentials)
        return {static_cast<uid_t>(-1), 0};
    return {credentials.uid, credentials.pid};
}

bool mayAsk(const ControlSocket::Caller &caller) noexcept
{
    return caller.uid == 0 || caller.uid == ::geteuid();
}

} // namespace

ControlSocket::ControlSocket(EventLoop &loop, OnRequest on_request, MakeError make_error, Times times)
    : loop_(loop),
      on_request_(std::move(on_request)),
      make_error_(std::move(make_error)),
      times_(times),
      bury_(loop, [this] { ended_.clear(); }),
      pause_(loop, [this] { update(); })
{
}

ControlSocket::~ControlSocket() = default;

void ControlSocket::use(std::unique_ptr<ControlListener> listener)
{
    listener_watch_.reset();
    listener_ = std::move(listener);
    if (listener_)
        listener_watch_ = std::make_unique<FdWatch>(
            loop_, listener_->fd(), [this] { accept(); }, [] {});
    update();
}

const std::string &ControlSocket::path() const noexcept
{
    static const std::string none;
    return listener_ ? listener_->path() : none;
}

void ControlSocket::startAccepting()
{
    accepting_ = true;
    update();
}

void ControlSocket::stop()
{
    accepting_ = false;
    use(nullptr);
    while (!calls_.empty())
        end(calls_.front());
}

void ControlSocket::update()
{
    if (listener_watch_)
        listener_watch_->wantRead(accepting_ && calls_.size() < max_callers);
}

// --- callers ----------------------------------------------------------------------------------------------------

void ControlSocket::accept()
{
    for (int i = 0; i < max_accepts_per_turn && calls_.size() < max_callers; ++i)
        if (!acceptOne())
            break;
}

// False when there is nobody more now.
bool ControlSocket::acceptOne()
{
    UniqueFd socket(::accept4(listener_->fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) { // would wake us for ever
            listener_watch_->wantRead(false);
            pause_.schedule(pause_without_descriptors);
        }
        return false;
    }
    const Caller caller = callerAt(socket.get());
    if (!mayAsk(caller)) {
        refuse(socket, caller);
        return true;
    }
    // A call moves between lists by splicing, so its address stays.
    Call &call = calls_.emplace_back();
    call.id = next_++;
    call.caller = caller;
    call.socket = std::move(socket);
    call.watch = std::make_unique<FdWatch>(
        loop_, call.socket.get(), [this, &call] { receive(call); }, [this, &call] { send(call); });
    call.deadline = std::make_unique<Timer>(loop_, [this, &call] { late(call); });
    call.watch->wantRead(true);
    call.deadline->schedule(times_.request);
    update();
    return true;
}

void ControlSocket::refuse(const UniqueFd &socket, const Caller &caller)
{
    const std::string reason = "the control socket is for root and uid " + std::to_string(::geteuid());
    if (refusals_.mayLog(EventLoop::now()))
        logWarning("control: uid " + std::to_string(caller.uid) + " (process " + std::to_string(caller.pid) +
                   ") refused: " + reason);
    const std::string text = make_error_(reason);
    ::send(socket.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void ControlSocket::receive(Call &call)
{
    char block[ControlRequest::max_bytes];
    const std::size_t room = ControlRequest::max_bytes - call.request.size();
    const ssize_t got = ::recv(call.socket.get(), block, room, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0)
        return end(call);
    call.request.append(block, static_cast<std::size_t>(got));
    if (const auto line_bytes = call.request.find('\n'); line_bytes != call.request.npos)
        return requestComplete(call, line_bytes);
    if (call.request.size() == ControlRequest::max_bytes)
        requestComplete(call, call.request.size());
}

// Nothing more is read from then on.
void ControlSocket::requestComplete(Call &call, std::size_t line_bytes)
{
    call.watch->wantRead(false);
    call.is_asked = true;
    call.deadline->schedule(times_.answer);
    if (line_bytes + 1 < call.request.size())
        return answer(call.id, make_error_("a call is for one request"));
    call.request.resize(line_bytes);
    on_request_(call.id, call.caller, call.request);
}

void ControlSocket::answer(CallId id, std::string text)
{
    const auto call = std::find_if(calls_.begin(), calls_.end(), [id](const Call &entry) { return entry.id == id; });
    if (call == calls_.end() || !call->answer.empty())
        return;
    call->answer = std::move(text);
    call->deadline->schedule(times_.delivery);
    send(*call);
}

void ControlSocket::send(Call &call)
{
    while (call.sent_bytes < call.answer.size()) {
        const ssize_t sent = ::send(call.socket.get(), call.answer.data() + call.sent_bytes,
                                    call.answer.size() - call.sent_bytes, MSG_NOSIGNAL);
        if (sent >= 0)
            call.sent_bytes += static_cast<std::size_t>(sent);
        else if (errno == EAGAIN)
            return call.watch->wantWrite(true);
        else if (errno != EINTR)
            break;
    }
    end(call);
}

void ControlSocket::late(Call &call)
{
    if (!call.answer.empty() || call.request.empty())
        return end(call);
    answer(call.id, make_error_(call.is_asked ? "there is no answer in time" : "the request didn't come in time"));
}

void ControlSocket::end(Call &call)
{
    const auto found =
        std::find_if(calls_.begin(), calls_.end(), [&call](const Call &entry) { return &entry == &call; });
    if (found == calls_.end())
        return;
    call.watch->wantRead(false);
    call.watch->wantWrite(false);
    call.deadline->cancel();
    call.watch.reset(); // may be destroyed within its own callback
    call.socket.reset();
    ended_.splice(ended_.end(), calls_, found);
    bury_.schedule(Milliseconds(0));
    update();
}

} // namespace netsane
