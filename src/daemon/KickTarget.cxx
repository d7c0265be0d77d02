#include "daemon/KickTarget.hxx"

#include "util/Printable.hxx"

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace netsane {

namespace {

constexpr std::size_t max_shown_bytes = 60;

bool isNumber(const std::string &text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

ConnectionId parseConnection(const std::string &text)
{
    ConnectionId id = 0;
    const char *const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, id);
    if (error != std::errc() || rest != end)
        throw std::invalid_argument("\"" + printable(text, max_shown_bytes) + "\" is no connection's number");
    return id;
}

std::optional<CidrPrefix> parseBlock(const std::string &text)
{
    try {
        return CidrPrefix::parse(text);
    } catch (const std::invalid_argument &) {
        return {};
    }
}

} // namespace

KickTarget::KickTarget(const ControlRequest &request)
{
    using Target = ControlRequest::Target;
    const std::string &value = request.value;
    const bool guess = request.target == Target::any;
    if (request.target == Target::connection || (guess && isNumber(value))) {
        connection_ = parseConnection(value);
    } else if (request.target == Target::address || (guess && (value == "unix" || parseBlock(value)))) {
        unix_sockets_ = value == "unix";
        if (!unix_sockets_)
            block_ = CidrPrefix::parse(value);
    } else {
        if (guess || request.target == Target::user)
            user_ = value;
        if (guess || request.target == Target::device)
            device_ = value;
    }
}

bool KickTarget::matches(ConnectionId id, const ConnectionTable::Client &client,
                         const std::vector<std::string> &devices) const
{
    const auto &address = client.peer.address;
    return connection_ == id || (user_ && client.user == user_) || (unix_sockets_ && address.isUnix()) ||
           (block_ && block_->contains(address.addressBytes())) ||
           (device_ && std::find(devices.begin(), devices.end(), *device_) != devices.end());
}

} // namespace netsane
