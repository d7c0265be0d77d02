#include "daemon/DevicePool.hxx"

#include "daemon/Log.hxx"
#include "os/Socket.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace netsane {

namespace {

// What goes on first is the OPEN that took a process out, which on a machine with one processor would have to share
// that with the start of another.
constexpr Milliseconds refill_delay{2};
constexpr Milliseconds first_pause{1000};
constexpr Milliseconds longest_pause{60000};
constexpr Milliseconds stable_after{30000};
constexpr Milliseconds exit_grace{5000};
constexpr Milliseconds taking_patience{2000}; // for a process that was ready
constexpr unsigned max_tries = 3;

} // namespace

DevicePool::DevicePool(EventLoop &loop, ChildReaper &reaper, Settings settings)
    : loop_(loop), reaper_(reaper), settings_(std::move(settings)), refill_(loop, [this] { fill(); })
{
}

DevicePool::~DevicePool() = default;

// --- those that wait --------------------------------------------------------------------------------------------

void DevicePool::prepare()
{
    refillIn(Milliseconds(0));
}

void DevicePool::refillIn(Milliseconds delay)
{
    refill_.schedule(delay);
    refill_at_ = EventLoop::now() + delay;
}

// OPENs that follow closely don't put it off.
void DevicePool::refillWithin(Milliseconds delay)
{
    if (!refill_at_ || EventLoop::now() + delay < *refill_at_)
        refillIn(delay);
}

void DevicePool::replace()
{
    endWaiting();
    pause_ = Milliseconds(0);
    prepare();
}

void DevicePool::replace(Settings settings)
{
    settings_ = std::move(settings);
    replace();
}

void DevicePool::stop()
{
    stopped_ = true;
    refill_.cancel();
    endWaiting();
}

void DevicePool::endWaiting()
{
    for (const auto &member : waiting_)
        reaper_.killAfter(member.pid, exit_grace);
    waiting_.clear(); // their control sockets too, whose end they notice
}

void DevicePool::fill()
{
    refill_at_.reset();
    try {
        while (!stopped_ && waiting_.size() < settings_.warm)
            start();
    } catch (const std::exception &error) {
        logError(std::string("can't start a device process that waits for the next OPEN, which will be slower: ") +
                 error.what());
        refillIn(longest_pause);
    }
}

DevicePool::Members::iterator DevicePool::start()
{
    auto [ours, theirs] = packetSocketPair();
    setNonBlocking(ours.get(), true);
    Member member;
    member.pid = startChild(settings_.program, std::move(theirs));
    member.started_at = EventLoop::now();
    member.control = std::move(ours);
    reaper_.watch(member.pid, [this, pid = member.pid](int status) { exited(pid, status); });
    waiting_.push_back(std::move(member));
    // From here on the member moves between lists by splicing, so its address stays.
    Member &started = waiting_.back();
    started.watch = std::make_unique<FdWatch>(
        loop_, started.control.get(), [this, &started] { hear(started); }, [] {});
    started.watch->wantRead(true);
    started.patience = std::make_unique<Timer>(loop_, [this, &started] { lostPatience(started); });
    started.patience->schedule(settings_.patience);
    return std::prev(waiting_.end());
}

// --- assignments ------------------------------------------------------------------------------------------------

DevicePool::Ticket DevicePool::assign(std::string device, UniqueFd channel, OnEnd on_end)
{
    const Ticket ticket = next_ticket_++;
    Assignment assignment;
    assignment.ticket = ticket;
    assignment.device = std::move(device);
    assignment.channel = std::move(channel);
    assignment.on_end = std::move(on_end);
    give(assignment);
    if (pause_.count() == 0)
        refillWithin(refill_delay);
    return ticket;
}

// One that starts is better than none: it is on its way.
DevicePool::Members::iterator DevicePool::nextFree()
{
    const auto ready =
        std::find_if(waiting_.begin(), waiting_.end(), [](const Member &member) { return member.ready; });
    if (ready != waiting_.end())
        return ready;
    return waiting_.empty() ? start() : waiting_.begin();
}

// Leaves the assignment as it is where it throws.
void DevicePool::give(Assignment &assignment)
{
    const auto member = nextFree();
    ++assignment.tries;
    assigned_.splice(assigned_.end(), waiting_, member);
    member->patience->schedule(member->ready ? std::min(taking_patience, settings_.patience) : settings_.patience);
    member->assignment = std::move(assignment);
    ByteBuffer request;
    encodeOpenRequest(request, {member->assignment->device});
    try {
        const std::array<int, 1> channel{member->assignment->channel.get()};
        sendPacket(member->control.get(), request.data(), channel);
    } catch (const std::exception &) {
        // It has ended, which the reaper will tell: then another gets its turn.
        reaper_.killAfter(member->pid, Milliseconds(0));
    }
}

pid_t DevicePool::process(Ticket ticket) const noexcept
{
    const auto found = std::find_if(assigned_.begin(), assigned_.end(),
                                    [ticket](const Member &member) { return member.assignment->ticket == ticket; });
    return found == assigned_.end() ? 0 : found->pid;
}

DevicePool::Counts DevicePool::counts() const noexcept
{
    const auto ready = static_cast<std::size_t>(
        std::count_if(waiting_.begin(), waiting_.end(), [](const Member &member) { return member.ready; }));
    return {settings_.warm, ready, waiting_.size() - ready, assigned_.size()};
}

void DevicePool::release(Ticket ticket, Milliseconds grace)
{
    for (auto &member : assigned_) {
        if (member.assignment->ticket != ticket)
            continue;
        member.assignment->released = true;
        member.assignment->channel.reset();
        reaper_.killAfter(member.pid, grace);
    }
}

// --- what they say ----------------------------------------------------------------------------------------------

// Reads what is there.
void DevicePool::hear(Member &member)
{
    try {
        while (!member.silent) {
            Packet packet;
            const auto result = receivePacket(member.control.get(), packet);
            if (result == ReceiveResult::would_block)
                return;
            if (result == ReceiveResult::packet)
                take(member, packet.bytes);
            else
                member.silent = true;
        }
    } catch (const std::exception &error) { // a device process is as little trusted as a peer
        logWarning(std::string("a device process sent nonsense: ") + error.what());
        member.silent = true;
        reaper_.killAfter(member.pid, Milliseconds(0));
    }
    member.watch->wantRead(false); // the reaper tells the rest
}

void DevicePool::take(Member &member, std::span<const std::byte> bytes)
{
    const auto message = viewMessage(bytes, limits_before_login);
    if (message.command == static_cast<std::uint32_t>(Command::init) && !member.ready) {
        decodeInitReply(message);
        member.ready = true;
        if (!member.assignment)
            member.patience->cancel();
        return;
    }
    if (message.command != static_cast<std::uint32_t>(Command::open) || !member.assignment)
        throw ProtocolError("command " + std::to_string(message.command));
    member.taken = member.silent = true;
    member.patience->cancel();
    member.assignment->channel.reset();
    if (std::exchange(pause_, Milliseconds(0)).count() != 0)
        refillWithin(refill_delay);
}

void DevicePool::lostPatience(const Member &member)
{
    logWarning("device process " + std::to_string(member.pid) +
               (member.ready ? " doesn't take the device that it was given" : " isn't ready in time") +
               ": it is killed");
    reaper_.killAfter(member.pid, Milliseconds(0));
}

// --- their end --------------------------------------------------------------------------------------------------

void DevicePool::exited(pid_t pid, int wait_status)
{
    Members ended;
    for (auto *const list : {&waiting_, &assigned_})
        for (auto member = list->begin(); member != list->end();) {
            const auto here = member++;
            if (here->pid == pid)
                ended.splice(ended.end(), *list, here);
        }
    if (ended.empty())
        return; // it was told to
    if (ended.front().assignment)
        assignedEnded(ended.front(), wait_status);
    else
        memberFailed(ended.front(), wait_status);
}

void DevicePool::assignedEnded(Member &member, int wait_status)
{
    hear(member); // its last words may be unread
    Assignment &assignment = *member.assignment;
    if (!member.taken && !assignment.released) {
        memberFailed(member, wait_status);
        if (assignment.tries < max_tries && !stopped_ && giveAgain(assignment))
            return;
    }
    assignment.channel.reset();
    assignment.on_end(assignment.ticket, wait_status);
}

bool DevicePool::giveAgain(Assignment &assignment) noexcept
{
    try {
        give(assignment);
        return true;
    } catch (const std::exception &error) {
        logError(std::string("can't start a device process: ") + error.what());
        return false;
    }
}

void DevicePool::memberFailed(const Member &member, int wait_status)
{
    logWarning("device process " + std::to_string(member.pid) + ", which waited for a device, " +
               describeExit(wait_status));
    if (EventLoop::now() - member.started_at > stable_after)
        pause_ = Milliseconds(0);
    pause_ = std::clamp(pause_ * 2, first_pause, longest_pause);
    refillIn(pause_);
}

} // namespace netsane
