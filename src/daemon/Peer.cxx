#include "daemon/Peer.hxx"

namespace netsane {

namespace {

std::string withUser(std::string text, const std::optional<uid_t> &uid)
{
    return uid ? text + " uid " + std::to_string(*uid) : text;
}

} // namespace

std::string Peer::toString() const
{
    return uid ? hostText() : address.toString();
}

std::string Peer::hostText() const
{
    return withUser(address.hostText(), uid);
}

std::string Peer::limitKey() const
{
    return withUser(address.limitKey(), uid);
}

} // namespace netsane
