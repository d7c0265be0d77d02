#include "daemon/ProcessExchange.hxx"

#include "daemon/IpcMessages.hxx"
#include "daemon/Log.hxx"
#include "os/Error.hxx"
#include "os/Process.hxx"
#include "os/SecureMemory.hxx"
#include "os/Socket.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/WireLimits.hxx"

#include <csignal>
#include <exception>
#include <sys/prctl.h>
#include <syslog.h>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr Milliseconds exit_grace{1000};
constexpr WireLimits packet_limits{max_packet_bytes, max_packet_bytes};

// Where the child finds its channel: the first number behind the standard ones.
constexpr int channel_fd = STDERR_FILENO + 1;

bool isLast(AuthVerdict verdict) noexcept
{
    return verdict != AuthVerdict::Continue && verdict != AuthVerdict::Pending;
}

// --- in the child: it leaves by _exit alone, and never touches the event loop, which is its parent's -----------------

// What was set up for the event loop means nothing here, and a plugin's helper programs expect the defaults.
void resetSignals() noexcept
{
    for (int number = 1; number < NSIG; ++number)
        if (number != SIGPIPE && number != SIGKILL && number != SIGSTOP)
            ::signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool leaveParent(int channel, pid_t parent) noexcept
{
    resetSignals();
    ::closelog(); // else the C library (a plugin's log) goes on with a descriptor that is closed below
    leaveLogOfParent();
    if (channel != channel_fd && ::dup2(channel, channel_fd) < 0)
        return false;
    closeDescriptorsFrom(channel_fd + 1);
    return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == parent;
}

void serve(const Method &method, AuthParameters parameters)
{
    AuthExchange exchange(method, Role::Server, std::move(parameters));
    Packet packet;
    while (receivePacket(channel_fd, packet) == ReceiveResult::packet) {
        AuthFields step = decodeAuthFields(viewMessage(packet.bytes, packet_limits));
        const std::vector<AuthField> fields(step.fields.begin(), step.fields.end());
        const ExchangeOutcome outcome = takeStep(exchange, fields);
        for (auto &field : step.fields)
            wipe(field);
        wipe(packet.bytes);
        sendPacket(channel_fd, encodeOutcome(outcome).data(), {});
        if (isLast(outcome.verdict))
            return;
    }
}

[[noreturn]] void runChild(const Method &method, AuthParameters parameters, int channel, pid_t parent) noexcept
{
    if (!leaveParent(channel, parent))
        ::_exit(126);
    try {
        serve(method, std::move(parameters));
    } catch (const std::exception &error) {
        logError(std::string("the process of a login has failed: ") + error.what());
        ::_exit(1);
    }
    ::_exit(0);
}

} // namespace

ProcessExchange::ProcessExchange(EventLoop &loop, ChildReaper &reaper, const Method &method, AuthParameters parameters,
                                 OnOutcome on_outcome)
    : reaper_(reaper), on_outcome_(std::move(on_outcome))
{
    auto [ours, theirs] = packetSocketPair();
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0)
        throwErrno("fork for a login");
    if (pid_ == 0)
        runChild(method, std::move(parameters), theirs.get(), parent);
    reaper_.watch(pid_, [name = method.name()](int status) {
        if (status != 0)
            logDebug("a process of the auth method " + name + " " + describeExit(status));
    });
    channel_ = std::make_unique<PacketChannel>(
        loop, std::move(ours), [this](MessageView message, std::vector<UniqueFd> &) { received(message); },
        [this](const std::string &) {
            ExchangeOutcome outcome;
            outcome.reason = "the method's process has died";
            tell(std::move(outcome));
        });
}

ProcessExchange::~ProcessExchange()
{
    reaper_.killAfter(pid_, finished_ ? exit_grace : Milliseconds(0));
}

void ProcessExchange::step(std::span<const AuthField> fields)
{
    AuthFields step;
    for (const AuthField &field : fields)
        step.fields.emplace_back(field.begin(), field.end());
    ByteBuffer message = encodeIpc(IpcCommand::exchange_step, step);
    channel_->send(message);
    wipe(message.mutableData());
    for (auto &field : step.fields)
        wipe(field);
}

void ProcessExchange::received(MessageView message)
{
    ExchangeOutcome outcome = decodeOutcome(message);
    finished_ = isLast(outcome.verdict);
    tell(std::move(outcome));
}

void ProcessExchange::tell(ExchangeOutcome outcome)
{
    const OnOutcome on_outcome = on_outcome_; // the call may be this object's end
    on_outcome(std::move(outcome));
}

} // namespace netsane
